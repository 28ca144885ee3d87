import {
  type JSONRPCRequest,
  type JSONRPCResponse,
  type LoggingLevel,
  METHOD_NOT_FOUND,
} from "@modelcontextprotocol/server";
import type { Session, SessionRecord, Sessions } from "./session-record.ts";

/** Methods that change a session. */
export const UPDATING_METHODS: ReadonlySet<string> = new Set([
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
]);

export interface HandledRequest {
  readonly request: JSONRPCRequest;
  readonly response: JSONRPCResponse;
}

/**
 * Stores how a request changed its session, before its client receives the response; gives back the response to send. A
 * server that declares subscriptions and handles none itself leaves them to the toolkit: `notify.resourceUpdated` reaches
 * the subscribers.
 */
export async function applySessionUpdate(
  sessions: Sessions,
  session: Session,
  { request, response }: HandledRequest,
): Promise<JSONRPCResponse> {
  const update = updateOf(request);
  const isUnhandled = "error" in response && response.error.code === METHOD_NOT_FOUND;
  const isTakenOver =
    isUnhandled && request.method !== "logging/setLevel" && session.record.capabilities.resources?.subscribe;
  if (!isTakenOver && !("result" in response)) return response;
  await sessions.update(session.id, update);
  return isTakenOver ? { jsonrpc: "2.0", id: request.id, result: {} } : response;
}

function updateOf({ method, params }: JSONRPCRequest): (record: SessionRecord) => SessionRecord {
  if (method === "logging/setLevel") return (record) => ({ ...record, logLevel: params?.level as LoggingLevel });
  const uri = params?.uri as string;
  const others = ({ subscriptions }: SessionRecord): string[] => subscriptions.filter((other) => other !== uri);
  if (method === "resources/subscribe") return (record) => ({ ...record, subscriptions: [...others(record), uri] });
  return (record) => ({ ...record, subscriptions: others(record) });
}
