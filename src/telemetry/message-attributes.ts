import type { Attributes } from "@opentelemetry/api";
import { NAMING } from "../http/record/known-names.ts";
import type { ObservedMessage } from "../http/telemetry.ts";
import { boundedJson } from "./message-span.ts";
import { ATTRIBUTE } from "./names.ts";

/** Lengths of what callers choose, in characters. */
const MOST_NAME = 128;
const MOST_ID = 128;
const MOST_URI = 512;
/** Enough to tell sessions apart: the whole id would let a reader of spans go on with the session. */
const SHOWN_SESSION = 8;

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown; readonly uri?: unknown; readonly arguments?: unknown } | null;
}

/** The method of a message, which may be anything that a caller wrote. */
export const methodOf = (message: object): string => String((message as Message).method).slice(0, MOST_NAME);

/** The tool or prompt that a message names. */
export function shownNameIn(message: object): string | undefined {
  const { method, params } = message as Message;
  const name = NAMING.has(method) ? params?.name : undefined;
  return typeof name === "string" ? name.slice(0, MOST_NAME) : undefined;
}

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
    ...(session !== undefined && { [ATTRIBUTE.SESSION_ID]: session.slice(0, SHOWN_SESSION) }),
    // A query may hold a secret.
    ...(isResource && { [ATTRIBUTE.RESOURCE_URI]: uri.replace(/\?.*$/s, "?…").slice(0, MOST_URI) }),
    ...(invocation.clientIp && { [ATTRIBUTE.CLIENT_ADDRESS]: invocation.clientIp }),
    ...(recordsContent && method === "tools/call" && { [ATTRIBUTE.ARGUMENTS]: boundedJson(params?.arguments) }),
  };
}
