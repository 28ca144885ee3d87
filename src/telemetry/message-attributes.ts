import type { Attributes } from "@opentelemetry/api";
import { nameIn } from "../http/record/known-names.ts";
import { withoutQuery } from "../http/record/without-query.ts";
import type { ObservedMessage } from "../http/telemetry.ts";
import { boundedJson } from "./message-span.ts";
import { ATTRIBUTE } from "./names.ts";

/** Lengths of what callers choose, in characters. */
const MOST_NAME = 128;
const MOST_ID = 128;
const MOST_URI = 512;
/** Characters of the id of a session or task: enough to tell them apart, and no key to them, as the whole id would be. */
export const SHOWN_ID = 8;

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly uri?: unknown; readonly arguments?: unknown } | null;
}

/** The method of a message, which may be anything that a caller wrote. */
export const methodOf = (message: object): string => String((message as Message).method).slice(0, MOST_NAME);

/** The tool or prompt that a message names, as a span shows it. */
export const shownNameIn = (message: object): string | undefined => nameIn(message)?.slice(0, MOST_NAME);

/** The attributes of a message that are known when it comes. */
export function messageAttributes(
  { request, invocation, message }: ObservedMessage,
  recordsContent: boolean,
): Attributes {
  const { id, method, params } = message as Message;
  const session = request.headers["mcp-session-id"];
  const uri = params?.uri;
  const isResource = String(method).startsWith("resources/") && typeof uri === "string";
  return {
    [ATTRIBUTE.TRANSPORT]: "tcp",
    [ATTRIBUTE.PROTOCOL]: "http",
    ...((typeof id === "string" || typeof id === "number") && { [ATTRIBUTE.REQUEST_ID]: String(id).slice(0, MOST_ID) }),
    ...(session !== undefined && { [ATTRIBUTE.SESSION_ID]: session.slice(0, SHOWN_ID) }),
    ...(isResource && { [ATTRIBUTE.RESOURCE_URI]: withoutQuery(uri).slice(0, MOST_URI) }),
    ...(invocation.clientIp && { [ATTRIBUTE.CLIENT_ADDRESS]: invocation.clientIp }),
    ...(recordsContent && method === "tools/call" && { [ATTRIBUTE.ARGUMENTS]: boundedJson(params?.arguments) }),
  };
}
