import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { createTelemetry } from "../../src/telemetry/open-telemetry.ts";
import type { TelemetrySource } from "../../src/telemetry/telemetry-source.ts";
import { createDeferredMeters } from "./deferred-meters.ts";
import { createDeferredTracers, type NextIds } from "./deferred-tracers.ts";
import { createFlushSchedule } from "./flush-schedule.ts";
import type { OtelSdk } from "./otel-sdk.ts";
import { readOtelVariables } from "./otel-variables.ts";

/**
 * Sends spans and metrics to the receiver that the standard variables name (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`
 * and so on), from AWS and Google Cloud also to their own endpoints, without a collector. The SDK is loaded after the first
 * answer, and what is recorded waits for it. Where an SDK is registered already, by an import or a layer, that one is used.
 */
export const otel = (): TelemetrySource => ({
  open(config) {
    const tracers = createDeferredTracers();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    // False where there is one already.
    if (!trace.setGlobalTracerProvider(tracers.provider)) return createTelemetry(config);
    const meters = createDeferredMeters();
    metrics.setGlobalMeterProvider(meters.provider);
    const drop = (): void => {
      tracers.drop();
      meters.drop();
    };
    const tell = tellOnce();
    const variables = readOtelVariables(process.env, tell);
    if (!variables.traces && !variables.metrics) {
      drop();
      return createTelemetry(config, () => undefined);
    }
    let sdk: Promise<OtelSdk> | undefined;

    async function load(): Promise<OtelSdk> {
      const { createOtelSdk } = await import("./otel-sdk.ts");
      const next: { ids: NextIds | undefined } = { ids: undefined };
      const loaded = createOtelSdk({ variables, honoursCaller: config.telemetrySampling === "caller", next, tell });
      if (loaded.traces) tracers.replay(loaded.traces.provider, next);
      else tracers.drop();
      if (loaded.metrics) meters.replay(loaded.metrics.provider);
      else meters.drop();
      return loaded;
    }

    async function send(...signals: ReadonlyArray<keyof OtelSdk>): Promise<void> {
      // A request is flushed before its response is handed over: in this turn, the loading would delay the answer.
      await new Promise(setImmediate);
      const waitMs = sdk === undefined ? FIRST_MS : FLUSH_MS;
      sdk ??= load().catch((error: unknown) => {
        tell(`OpenTelemetry's SDK could not be loaded: ${error instanceof Error ? error.message : "it failed"}.`);
        drop();
        throw error;
      });
      const flushed = sdk.then((loaded) => Promise.all(signals.map((signal) => loaded[signal]?.flush())));
      await withinBound(flushed, waitMs);
    }
    const sendSpans = createFlushSchedule(() => send("traces"));
    const sendMetrics = createFlushSchedule(() => send("metrics"));
    return createTelemetry(config, ({ exclusive, stopping }) => {
      // The platform freezes the process, or ends it, and tells neither.
      if (exclusive) return send("traces", "metrics");
      const spans = sendSpans(sdk ? BATCH_MS : 0, stopping);
      // A platform that does not tell of the end of an instance may end it at any time.
      const points = variables.metrics && sendMetrics(stopping ? variables.metricIntervalMs : BATCH_MS, stopping);
      return spans && points ? Promise.all([spans, points]).then(() => {}) : (spans ?? points);
    });
  },
});

/** Milliseconds for which an invocation is kept open to send what was recorded, the first time with the loading of the SDK. */
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

/** Settles with the work, or after so many milliseconds. Never rejects. */
async function withinBound(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, bound]).catch(() => {});
  clearTimeout(timer);
}
