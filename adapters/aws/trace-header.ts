import type { CorrelationFields } from "../../src/adapter.ts";

/**
 * `traceparent` of the span in which Lambda runs the invocation: its runtime puts X-Ray's tracing header into the environment
 * for each, as `_X_AMZN_TRACE_ID` ("Using environment variables to configure AWS Lambda"). Undefined where X-Ray records nothing.
 */
export function readTraceparent(traceHeader: string): string | undefined {
  const fields = new Map(traceHeader.split(";").map((field) => field.split("=", 2) as [string, string]));
  const [, time = "", rest = ""] = /^1-([\da-f]{8})-([\da-f]{24})$/.exec(fields.get("Root") ?? "") ?? [];
  const parent = /^[\da-f]{16}$/.exec(fields.get("Parent") ?? "")?.[0];
  return time && parent && fields.get("Sampled") === "1" ? `00-${time}${rest}-${parent}-01` : undefined;
}

/** The trace as X-Ray writes it: CloudWatch looks for it in the lines of a log group that belongs to a trace. */
export const correlate = ({ traceId }: { readonly traceId: string }): CorrelationFields => ({
  xrayTraceId: `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`,
});
