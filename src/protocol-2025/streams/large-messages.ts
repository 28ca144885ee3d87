import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import { failedAnswer } from "../requests/failed-response.ts";

/** Messages of a stream, and the requests that are not answered after them. */
type Portion = readonly [messages: readonly JSONRPCMessage[], pending: readonly RequestId[]];

/** Two halves of what is to be written, each with what is pending after it. */
export function splitInTwo(messages: readonly JSONRPCMessage[], pending: readonly RequestId[]): [Portion, Portion] {
  const middle = messages.length >> 1;
  const rest = messages.slice(middle);
  return [
    [messages.slice(0, middle), [...pending, ...rest.flatMap(answeredBy)]],
    [rest, pending],
  ];
}

/** What is kept of a message that no store takes, for a client that comes back for it: of an answer, that there was one. */
export const keepable = (message: JSONRPCMessage): JSONRPCMessage[] =>
  answeredBy(message).map((id) => failedAnswer(id, TOO_LARGE));

const TOO_LARGE = "The answer was too large to be kept for a client that comes back: it is lost.";

/** The request that a message answers. */
const answeredBy = (message: JSONRPCMessage): RequestId[] =>
  "method" in message || message.id === undefined ? [] : [message.id];
