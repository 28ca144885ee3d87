/**
 * The table of open-telemetry/semantic-conventions-genai, docs/gen-ai/mcp.md (v0.1.0): spans of MCP servers and clients. And names of
 * ours, for what the conventions do not know.
 */
export const CONVENTIONS: ReadonlySet<string> = new Set([
  "mcp.method.name",
  "mcp.protocol.version",
  "mcp.session.id",
  "mcp.resource.uri",
  "gen_ai.tool.name",
  "gen_ai.prompt.name",
  "gen_ai.operation.name",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "jsonrpc.request.id",
  "jsonrpc.protocol.version",
  "error.type",
  "rpc.response.status_code",
  "client.address",
  "client.port",
  "server.address",
  "server.port",
  "network.transport",
  "network.protocol.name",
  "network.protocol.version",
]);

/** The attributes of the two histograms (the same page, "Metrics"). */
export const METRIC_CONVENTIONS: ReadonlySet<string> = new Set([
  "mcp.method.name",
  "mcp.protocol.version",
  "gen_ai.tool.name",
  "gen_ai.prompt.name",
  "gen_ai.operation.name",
  "error.type",
  "rpc.response.status_code",
  "network.transport",
  "network.protocol.name",
]);

export const BUCKETS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Database conventions (semantic-conventions 1.45), and our own. */
export const OTHERS: ReadonlySet<string> = new Set([
  "db.operation.name",
  "mcp_anycloud.task.id",
  "mcp_anycloud.task.attempt",
  "mcp_anycloud.task.status",
  "mcp_anycloud.task.step",
  "mcp_anycloud.task.wait",
]);
