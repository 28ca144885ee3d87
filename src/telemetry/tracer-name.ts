/** Name of the instrumentation scope of our spans and metrics. */
export const TRACER = "mcp-anycloud";
