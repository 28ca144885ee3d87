import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  type LoggingLevel,
  METHOD_NOT_FOUND,
} from "@modelcontextprotocol/server";
import type { Session, SessionRecord, Sessions } from "./session-record.ts";

/**
 * Keeps what a request changed about its session, before its client learns that it did; gives back the answer.
 * A server that declares subscriptions and handles none itself leaves them to the toolkit: `notify.resourceUpdated` finds
 * the subscribers.
 */
export async function remember(
  sessions: Sessions,
  session: Session,
  { request, answer }: { readonly request: JSONRPCRequest; readonly answer: JSONRPCMessage },
): Promise<JSONRPCMessage> {
  const change = changeBy(request);
  if (!change) return answer;
  const handlesNone = "error" in answer && answer.error.code === METHOD_NOT_FOUND;
  const takenOver =
    handlesNone && request.method !== "logging/setLevel" && session.record.capabilities.resources?.subscribe;
  if (!takenOver && !("result" in answer)) return answer;
  await sessions.update(session.id, change);
  return takenOver ? { jsonrpc: "2.0", id: request.id, result: {} } : answer;
}

function changeBy({ method, params }: JSONRPCRequest): ((record: SessionRecord) => SessionRecord) | undefined {
  if (method === "logging/setLevel") return (record) => ({ ...record, logLevel: params?.level as LoggingLevel });
  const uri = params?.uri as string;
  const others = ({ subscriptions }: SessionRecord): string[] => subscriptions.filter((other) => other !== uri);
  if (method === "resources/subscribe") return (record) => ({ ...record, subscriptions: [...others(record), uri] });
  if (method === "resources/unsubscribe") return (record) => ({ ...record, subscriptions: others(record) });
  return undefined;
}
