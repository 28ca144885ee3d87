import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { createTelemetry } from "../../src/telemetry/open-telemetry.ts";
import type { TelemetrySource } from "../../src/telemetry/telemetry-source.ts";
import { createDeferredTracers, type NextIds } from "./deferred-tracers.ts";
import type { OtelSdk } from "./otel-sdk.ts";
import { readOtelVariables } from "./otel-variables.ts";

/**
 * Sends spans to the receiver that the standard variables name (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and so on), from
 * AWS and Google Cloud also to their own endpoints, without a collector. The SDK is loaded after the first answer, and spans
 * wait for it. Where an SDK is registered already, by an import or a layer, that one is used.
 */
export const otel = (): TelemetrySource => ({
  open(config) {
    const tracers = createDeferredTracers();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    // False where there is one already.
    if (!trace.setGlobalTracerProvider(tracers.provider)) return createTelemetry(config);
    const variables = readOtelVariables(process.env, tellOnce());
    const { tracesUrl: url } = variables;
    if (!url) {
      tracers.drop();
      return createTelemetry(config, () => undefined);
    }
    let sdk: Promise<OtelSdk> | undefined;

    async function load(from: URL): Promise<OtelSdk> {
      const { createOtelSdk } = await import("./otel-sdk.ts");
      const next: { ids: NextIds | undefined } = { ids: undefined };
      const honoursCaller = config.telemetrySampling === "caller";
      const loaded = createOtelSdk({ url: from, variables, honoursCaller, next, tell: tellOnce() });
      tracers.replay(loaded.provider, next);
      return loaded;
    }

    async function send(isFirst: boolean, waitMs: number): Promise<void> {
      sdk ??= load(url as URL).catch((error: unknown) => {
        tellOnce()(`OpenTelemetry's SDK could not be loaded: ${error instanceof Error ? error.message : "it failed"}.`);
        tracers.drop();
        throw error;
      });
      await withinBound(
        sdk.then(({ flush }) => flush()),
        isFirst ? FIRST_MS : waitMs,
      );
    }
    let later: Promise<void> | undefined;
    return createTelemetry(config, ({ exclusive }) => {
      const isFirst = sdk === undefined;
      if (exclusive) return send(isFirst, FLUSH_MS);
      // Requests that end within a second share an export, for which the end of the instance waits.
      later ??= pause(isFirst ? 0 : BATCH_MS).then(() => {
        later = undefined;
        return send(isFirst, FLUSH_MS);
      });
      return later;
    });
  },
});

/** Milliseconds for which an invocation is kept open to send spans, the first time with the loading of the SDK. */
const FLUSH_MS = 500;
const FIRST_MS = 2_000;
const BATCH_MS = 500;

/** Tells the operator of something, each time in one line, and the same thing once. */
function tellOnce(): (problem: string) => void {
  return (problem) => {
    if (told.has(problem)) return;
    told.add(problem);
    console.error(`mcp-anycloud/otel: ${problem}`);
  };
}

const told = new Set<string>();

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Settles with the work, or after so many milliseconds. Never rejects. */
async function withinBound(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, bound]).catch(() => {});
  clearTimeout(timer);
}
