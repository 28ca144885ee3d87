import type { JSONRPCResponse } from "@modelcontextprotocol/server";
import { NAMING } from "../../http/record/known-names.ts";
import { recordAnswer } from "../../http/record/record-answer.ts";
import { toLimitedText } from "../../limits/output.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import type { OpenServices } from "../../services/services.ts";
import {
  applySessionUpdate,
  type HandledRequest,
  UPDATING_METHODS,
  type UpdateOptions,
} from "../sessions/session-updates.ts";

export interface FinalResponseOptions
  extends Pick<McpRequest, "logFields" | "reportFailure" | "maxOutputBytes">,
    UpdateOptions {}

/**
 * The response to send for a server's response, as plain JSON, once everything that belongs to it is in the store. `services`
 * are those that the request uses, if any. Throws the failure of the store: also one that the response only repeats, since the
 * SDK makes a tool's result of an error that the tool throws.
 */
export async function finalResponse(
  options: FinalResponseOptions,
  { request, response }: HandledRequest,
  services: OpenServices | undefined,
): Promise<JSONRPCResponse> {
  const { logFields, reportFailure, maxOutputBytes } = options;
  const final = UPDATING_METHODS.has(request.method)
    ? await applySessionUpdate(options, { request, response })
    : response;
  if (services?.hasWrites) await services.flush();
  const failure = services?.failure;
  if (failure) {
    if ("error" in final || final.result.isError === true) throw failure;
    reportFailure(failure);
  }
  const sent: JSONRPCResponse = JSON.parse(toLimitedText(final, maxOutputBytes));
  const name = NAMING.has(request.method) ? request.params?.name : undefined;
  recordAnswer(logFields, sent, typeof name === "string" ? name : "");
  return sent;
}
