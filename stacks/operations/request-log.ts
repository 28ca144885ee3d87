import { RemovalPolicy } from "aws-cdk-lib";
import { FilterPattern, type IFilterPattern, type JsonPattern, LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** Fields of the lines that src/http/request-log.ts writes, as far as alarms read them. A test holds them to a real line. */
export const FIELD = {
  message: "message",
  status: "status",
  outcome: "outcome",
  httpMethod: "httpMethod",
  mcpMethod: "mcpMethod",
  mcpName: "mcpName",
  durationMs: "durationMs",
  deployedVersion: "deployedVersion",
} as const;

/** `message` of a request's line. Other lines come from the platform or from the server. */
export const REQUEST = "request";

const isRequest = FilterPattern.stringValue(`$.${FIELD.message}`, "=", REQUEST);
const withStatus = (comparison: "=" | ">=", status: number): IFilterPattern =>
  FilterPattern.all(isRequest, FilterPattern.numberValue(`$.${FIELD.status}`, comparison, status));

/** Requests that were rejected because they had no valid token. */
export const UNAUTHENTICATED: IFilterPattern = withStatus("=", 401);

/** Requests that failed in the server. */
export const FAILED: IFilterPattern = withStatus(">=", 500);

/** Calls whose tool failed. Their status is 200: the model is told in the answer. */
export const TOOL_ERROR: IFilterPattern = FilterPattern.all(
  isRequest,
  FilterPattern.stringValue(`$.${FIELD.outcome}`, "=", "tool_error"),
);

const isToolCall: JsonPattern = FilterPattern.all(
  isRequest,
  FilterPattern.stringValue(`$.${FIELD.mcpMethod}`, "=", "tools/call"),
  // Requests that are refused or cancelled say nothing about a tool.
  FilterPattern.stringValue(`$.${FIELD.outcome}`, "!=", "refused"),
  FilterPattern.stringValue(`$.${FIELD.outcome}`, "!=", "cancelled"),
);

/** Calls that reached a tool, or asked for one that there is not. */
export const TOOL_CALL: JsonPattern = isToolCall;

/** Calls among them that the tool did not carry out. */
export const FAILED_CALL: JsonPattern = FilterPattern.all(
  isToolCall,
  FilterPattern.stringValue(`$.${FIELD.outcome}`, "!=", "ok"),
  FilterPattern.stringValue(`$.${FIELD.outcome}`, "!=", "input_required"),
);

/** Calls among these that are of one tool. */
export const ofTool = (calls: JsonPattern, tool: string): JsonPattern =>
  FilterPattern.all(calls, FilterPattern.stringValue(`$.${FIELD.mcpName}`, "=", tool));

/** Requests whose duration matters: streams that wait for events last as long as they may. */
export const ANSWERED: IFilterPattern = FilterPattern.all(
  isRequest,
  FilterPattern.stringValue(`$.${FIELD.httpMethod}`, "=", "POST"),
  FilterPattern.stringValue(`$.${FIELD.mcpMethod}`, "!=", "subscriptions/listen"),
);

/** A log group that outlives its stack, unless its creation fails, and keeps its lines for so many days. */
export function createLogGroup(scope: Construct, id: string, retention: number): LogGroup {
  return new LogGroup(scope, id, { retention, removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE });
}
