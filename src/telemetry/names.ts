/**
 * Names of spans, metrics and attributes. Those of MCP are still in development (open-telemetry/semantic-conventions-genai,
 * docs/gen-ai/mcp.md, v0.1.0): what changes there changes here.
 */
export const METRIC = {
  SERVER_DURATION: "mcp.server.operation.duration",
  CLIENT_DURATION: "mcp.client.operation.duration",
} as const;

/** Boundaries of both histograms, in seconds. */
export const DURATION_BUCKETS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

export const ATTRIBUTE = {
  METHOD: "mcp.method.name",
  PROTOCOL_VERSION: "mcp.protocol.version",
  SESSION_ID: "mcp.session.id",
  RESOURCE_URI: "mcp.resource.uri",
  REQUEST_ID: "jsonrpc.request.id",
  STATUS_CODE: "rpc.response.status_code",
  ERROR_TYPE: "error.type",
  TOOL: "gen_ai.tool.name",
  PROMPT: "gen_ai.prompt.name",
  OPERATION: "gen_ai.operation.name",
  ARGUMENTS: "gen_ai.tool.call.arguments",
  RESULT: "gen_ai.tool.call.result",
  CLIENT_ADDRESS: "client.address",
  TRANSPORT: "network.transport",
  PROTOCOL: "network.protocol.name",
  STORE_OPERATION: "db.operation.name",
  /** Ours: the conventions know no tasks. */
  TASK_ID: "mcp_anycloud.task.id",
  TASK_ATTEMPT: "mcp_anycloud.task.attempt",
  TASK_STATUS: "mcp_anycloud.task.status",
  TASK_STEP: "mcp_anycloud.task.step",
  TASK_WAIT: "mcp_anycloud.task.wait",
} as const;

/** Names of spans that no method names. */
export const SPAN = {
  STEP: "task.step",
  WAIT: "task.wait",
  STORE: "store",
} as const;

export const EXECUTE_TOOL = "execute_tool";

/** `error.type` of a tool's result that says `isError`. */
export const TOOL_ERROR = "tool_error";
