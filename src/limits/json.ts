import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import { extentProblem, type JsonLimits } from "./json-extent.ts";

/** Ids are echoed, kept in keys of the store, and compared; nobody's are longer than a UUID with something around it. */
const MAX_ID_LENGTH = 256;
/** The longest method of the specification has 36 characters. */
const MAX_METHOD_LENGTH = 128;
/** Names of tools have up to 128 characters (MCP 2025-11-25, Tools, Tool Names); of prompts, no limit is given. */
const MAX_NAME_LENGTH = 256;
/** RFC 9110 §4.1 asks for 8000 octets of a URI. */
const MAX_URI_LENGTH = 8192;
/** Texts of notifications, for a person to read: why a request was cancelled, how far it has come. */
const MAX_TEXT_LENGTH = 1_024;
/** Resources of one `subscriptions/listen`: a client opens another one for more. */
const MAX_SUBSCRIBED = 200;
/** An address may have hundreds of streams open. */
const MAX_LISTEN_LENGTH = 65_536;
/** Only MCP 2025-03-26 has batches, and gives no limit. Every other revision refuses them. */
const MAX_BATCH_LENGTH = 50;

/** The refusal of a message that is too much to handle, whatever it says; undefined for any other. */
export function messageProblem(message: unknown): HttpResponse | undefined {
  const problem = batchProblem(message) ?? lengthProblem(message);
  if (problem === undefined) return undefined;
  const id = requestIdOf(message);
  return invalidRequest(problem, isLonger(id, MAX_ID_LENGTH) ? null : id);
}

/** The refusal of a message by its JSON text, which is not parsed; undefined for any other. */
export function textProblem(text: string, limits: JsonLimits): HttpResponse | undefined {
  const problem = extentProblem(text, limits);
  return problem === undefined ? undefined : invalidRequest(problem, idIn(text));
}

const invalidRequest = (problem: string, id: string | number | null): HttpResponse =>
  errorResponse(400, { code: JsonRpcCode.INVALID_REQUEST, message: `Invalid request: ${problem}`, id });

/** The id of a request whose text is not parsed: a member beside nothing but short ones at its start, or the last member. */
function idIn(text: string): string | number | null {
  const [, first] = FIRST_ID.exec(text) ?? [];
  const [, id = first] = LAST_ID.exec(text.slice(-2 * MAX_ID_LENGTH)) ?? [];
  try {
    return id === undefined ? null : JSON.parse(id);
  } catch {
    // Not JSON, such as 007 or a text with a line break, and so the id of no request.
    return null;
  }
}

const FIRST_ID =
  /^\s*\{\s*(?:"(?:jsonrpc|method)"\s*:\s*"[^"\\]{0,128}"\s*,\s*){0,2}"id"\s*:\s*(\d{1,15}|"[^"\\]{0,256}")\s*,/;
const LAST_ID = /,\s*"id"\s*:\s*(\d{1,15}|"[^"\\]{0,256}")\s*\}\s*$/;

const batchProblem = (message: unknown): string | undefined =>
  Array.isArray(message) && message.length > MAX_BATCH_LENGTH
    ? `a batch has at most ${MAX_BATCH_LENGTH} messages.`
    : undefined;

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

function lengthProblem(message: unknown): string | undefined {
  for (const one of Array.isArray(message) ? message : [message]) {
    if (!isContainer(one)) continue;
    const { id, method, params } = one as Fields;
    const {
      name,
      uri,
      reason,
      message: text,
      requestId,
      taskId,
      _meta,
      progressToken: token,
    } = (isContainer(params) ? params : NONE) as Fields;
    const { progressToken } = (isContainer(_meta) ? _meta : NONE) as Fields;
    if (isInexact(id) || isInexact(requestId) || isInexact(progressToken) || isInexact(token)) {
      return "an id is a text or a whole number of at most 9007199254740991.";
    }
    const isIdTooLong =
      isLonger(id, MAX_ID_LENGTH) ||
      isLonger(requestId, MAX_ID_LENGTH) ||
      isLonger(taskId, MAX_ID_LENGTH) ||
      isLonger(progressToken, MAX_ID_LENGTH) ||
      isLonger(token, MAX_ID_LENGTH);
    if (isIdTooLong) return `an id has at most ${MAX_ID_LENGTH} characters.`;
    if (isLonger(method, MAX_METHOD_LENGTH)) return `a method has at most ${MAX_METHOD_LENGTH} characters.`;
    if (isLonger(name, MAX_NAME_LENGTH)) return `a name has at most ${MAX_NAME_LENGTH} characters.`;
    if (isLonger(uri, MAX_URI_LENGTH)) return `a URI has at most ${MAX_URI_LENGTH} characters.`;
    const listenProblem = method === "subscriptions/listen" ? subscriptionProblem(one) : undefined;
    if (listenProblem) return listenProblem;
    const isNotification = typeof method === "string" && method.startsWith("notifications/");
    if (isNotification && (isLonger(reason, MAX_TEXT_LENGTH) || isLonger(text, MAX_TEXT_LENGTH)))
      return `a reason or message has at most ${MAX_TEXT_LENGTH} characters.`;
  }
  return undefined;
}

/** Says what a subscription has too much of. It is kept as long as its stream, and each resource is read to open it. */
function subscriptionProblem(listen: object): string | undefined {
  const { params } = listen as { readonly params?: { readonly notifications?: Fields | null } | null };
  const uris = params?.notifications?.resourceSubscriptions;
  if (Array.isArray(uris) && uris.length > MAX_SUBSCRIBED)
    return `a subscription has at most ${MAX_SUBSCRIBED} resources.`;
  if (JSON.stringify(listen).length <= MAX_LISTEN_LENGTH) return undefined;
  return `a subscription has at most ${MAX_LISTEN_LENGTH} characters, because it is kept as long as its stream.`;
}

const NONE = {};

type Fields = Readonly<Record<string, unknown>>;

const isLonger = (value: unknown, length: number): boolean => typeof value === "string" && value.length > length;

/** Whether JSON.parse rounded a number, or would have: its response would carry the id of another request. */
const isInexact = (value: unknown): boolean => typeof value === "number" && !Number.isSafeInteger(value);
