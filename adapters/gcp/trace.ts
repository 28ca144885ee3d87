import type { CorrelationFields, Invocation } from "../../src/adapter.ts";

/**
 * The fields by which Cloud Logging joins a line to its trace ("Structured logging", special JSON fields). They name the
 * project, which Cloud Run tells nobody: undefined unless GOOGLE_CLOUD_PROJECT does.
 */
export function correlateIn(project: string | undefined): Invocation["correlate"] | undefined {
  if (!project) return undefined;
  return ({ traceId, spanId, isSampled }): CorrelationFields => ({
    "logging.googleapis.com/trace": `projects/${project}/traces/${traceId}`,
    "logging.googleapis.com/spanId": spanId,
    "logging.googleapis.com/trace_sampled": isSampled,
  });
}
