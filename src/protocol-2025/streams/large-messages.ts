import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import { failedResponse } from "../../http/json-rpc.ts";

/** Messages of a stream, and the requests that have no response after them. */
type Portion = readonly [messages: readonly JSONRPCMessage[], pending: readonly RequestId[]];

/** Two halves of the messages, each with the requests that are pending after it. */
export function splitInTwo(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): [Portion, Portion] {
  const middle = messages.length >> 1;
  const rest = messages.slice(middle);
  return [
    [messages.slice(0, middle), [...pending, ...rest.flatMap(respondedTo)]],
    [rest, pending],
  ];
}

/** Stored in place of a message that is too large for a store: of a response, that there was one. */
export const storable = (message: JSONRPCMessage): JSONRPCMessage[] =>
  respondedTo(message).map((id) => failedResponse(id, TOO_LARGE));

const TOO_LARGE = "The response was too large to be kept for a client that comes back: it is lost.";

/** The request that a message responds to. */
const respondedTo = (message: JSONRPCMessage): RequestId[] =>
  "method" in message || message.id === undefined ? [] : [message.id];
