import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { JsonRpcCode, unknownTool, unknownToolResult } from "../json-rpc.ts";
import type { RequestLogFields } from "./log-fields.ts";
import type { RequestOutcome } from "./request-record.ts";

/** How a server answered a request. `unknown_tool`: its caller named a tool that the server does not have. */
export type AnswerOutcome = "ok" | "tool_error" | "unknown_tool" | "input_required" | "error";

const OUTCOMES: Readonly<Record<AnswerOutcome, RequestOutcome>> = {
  ok: "ok",
  input_required: "input_required",
  tool_error: "tool_error",
  unknown_tool: "protocol_error",
  error: "protocol_error",
};

/** More names than a list of a server has. */
const MOST_LISTED = 1_000;

/**
 * Records for the log what a response tells: the outcome, the code of an error, the names of a list, the revision of a session. Of
 * a batch, the first outcome that is not `ok` stays. `name` is the tool or prompt that the request names.
 */
export function recordAnswer(
  fields: RequestLogFields,
  response: JSONRPCMessage,
  name: string | undefined = fields.mcpName,
): void {
  fields.onAnswer?.(response);
  if (fields.outcome !== undefined && fields.outcome !== "ok") return;
  try {
    const outcome = outcomeOf(response, name);
    fields.outcome = OUTCOMES[outcome];
    if ("error" in response) fields.errorCode = response.error.code;
    // SDK v1 makes a tool's result of it.
    else if (outcome === "unknown_tool") fields.errorCode = JsonRpcCode.INVALID_PARAMS;
    else if ("result" in response) recordResult(fields, response.result);
  } catch {
    // A getter of the result throws: the client gets an error.
    fields.outcome = "protocol_error";
    fields.errorCode = JsonRpcCode.INTERNAL_ERROR;
  }
}

function recordResult(fields: RequestLogFields, result: Readonly<Record<string, unknown>>): void {
  const { mcpMethod } = fields;
  if (mcpMethod === "tools/list") fields.listed = namesOf(result.tools);
  if (mcpMethod === "prompts/list") fields.listed = namesOf(result.prompts);
  if (mcpMethod === "initialize" && typeof result.protocolVersion === "string") {
    fields.protocolVersion = result.protocolVersion.slice(0, 64);
  }
}

const namesOf = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.slice(0, MOST_LISTED).map(({ name }) => String(name)) : [];

/** The longest name or version of a client that is shown. */
const MOST_CHARACTERS = 64;

/** The fields of a client's `clientInfo`. */
export function clientFields(clientInfo: unknown): Pick<RequestLogFields, "clientName" | "clientVersion"> {
  const { name, version } = (clientInfo ?? {}) as { readonly name?: unknown; readonly version?: unknown };
  return {
    ...(typeof name === "string" && { clientName: name.slice(0, MOST_CHARACTERS) }),
    ...(typeof version === "string" && { clientVersion: version.slice(0, MOST_CHARACTERS) }),
  };
}

/** The outcome that the response to a request tells of; `name` is the tool or prompt that the request names. */
export function outcomeOf(response: JSONRPCMessage, name = ""): AnswerOutcome {
  if ("error" in response) return response.error.message === unknownTool(name) ? "unknown_tool" : "error";
  const result: unknown = "result" in response ? response.result : undefined;
  const { isError, resultType, content } = (result ?? {}) as Readonly<Record<string, unknown>>;
  if (isError !== true) return resultType === "input_required" ? "input_required" : "ok";
  const [first] = Array.isArray(content) ? content : [];
  return first?.text === unknownToolResult(name) ? "unknown_tool" : "tool_error";
}
