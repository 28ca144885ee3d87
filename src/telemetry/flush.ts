import { metrics, trace } from "@opentelemetry/api";
import type { Telemetry } from "../http/telemetry.ts";

/** Milliseconds for which the end of an invocation waits for an exporter. */
const LONGEST_FLUSH_MS = 500;

interface Flushable {
  readonly forceFlush?: () => Promise<void>;
  readonly getDelegate?: () => Flushable;
}

/**
 * Sends what the registered SDK holds, where the platform may freeze the process right after the response. Elsewhere the SDK's
 * own timers do.
 */
export const flushProviders: Telemetry["flush"] = ({ exclusive }) => {
  if (!exclusive) return undefined;
  const providers = [trace.getTracerProvider(), metrics.getMeterProvider()].map(delegateOf);
  const flushed = providers.flatMap((provider) => (provider.forceFlush ? [provider.forceFlush()] : []));
  return flushed.length > 0 ? withinBound(Promise.allSettled(flushed), LONGEST_FLUSH_MS) : undefined;
};

function delegateOf(provider: object): Flushable {
  const { getDelegate } = provider as Flushable;
  return getDelegate ? getDelegate.call(provider) : (provider as Flushable);
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
