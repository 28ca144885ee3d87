import type { JSONRPCRequest, JSONRPCResponse } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../server/mcp-request.ts";
import type { OpenServices } from "../../services/services.ts";
import type { Session, Sessions } from "../sessions/session-record.ts";
import { applySessionUpdate } from "../sessions/session-updates.ts";
import type { PendingWrites } from "./pending-writes.ts";

export interface FinalResponseOptions {
  readonly sessions: Sessions;
  readonly session: Session;
  readonly services: OpenServices;
  readonly writes: PendingWrites;
  readonly reportFailure: McpRequest["reportFailure"];
}

/**
 * The response to send for a server's response, once everything that belongs to it is in the store. Throws the failure of
 * the store: also one that the response only repeats, since the SDK makes a tool's result of an error that the tool throws.
 */
export async function finalResponse(
  { sessions, session, services, writes, reportFailure }: FinalResponseOptions,
  request: JSONRPCRequest,
  response: JSONRPCResponse,
): Promise<JSONRPCResponse> {
  const final = await applySessionUpdate(sessions, session, { request, response });
  if (services.inUse || writes.size > 0) await Promise.all([services.flush(), writes.flush()]);
  if (!services.failure) return final;
  if (isFailure(final)) throw services.failure;
  reportFailure(services.failure);
  return final;
}

const isFailure = (response: JSONRPCResponse): boolean =>
  "error" in response || ("result" in response && response.result.isError === true);
