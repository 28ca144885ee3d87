import { type Attributes, type Histogram, type MeterProvider, metrics } from "@opentelemetry/api";
import { DURATION_BUCKETS } from "./names.ts";
import { TRACER } from "./tracer-name.ts";

/** A histogram of durations in seconds, which follows the SDK that is registered now: it may come after the first request. */
export function createDurations(name: string): (attributes: Attributes, seconds: number) => void {
  let provider: MeterProvider | undefined;
  let histogram: Histogram | undefined;
  return (attributes, seconds) => {
    const current = metrics.getMeterProvider();
    if (current !== provider) {
      provider = current;
      const advice = { explicitBucketBoundaries: [...DURATION_BUCKETS] };
      histogram = current.getMeter(TRACER).createHistogram(name, { unit: "s", advice });
    }
    histogram?.record(seconds, attributes);
  };
}
