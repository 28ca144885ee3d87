import { CLIENT_INFO_META_KEY, isJsonContentType } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import type { Config } from "../config/config.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { NAMING } from "../http/record/known-names.ts";
import type { RequestLogFields } from "../http/record/log-fields.ts";
import { clientFields } from "../http/record/record-answer.ts";
import { SMALL_BYTES } from "../limits/held-body.ts";
import { messageProblem, textProblem } from "../limits/json.ts";
import { ownTurn } from "../limits/own-turn.ts";
import { tooLarge, withBody } from "../limits/request-body.ts";
import { observeMessage } from "../server/observe-message.ts";
import { type MessagePipeline, serveAuthorized } from "./serve-message.ts";

/** Reads the message of a POST, whose head was accepted, and serves it. */
export async function servePost(pipeline: MessagePipeline, context: RequestContext): Promise<HttpResponse> {
  const { headers, body = "" } = context.request;
  if (!isJsonContentType(headers["content-type"])) {
    const message = "Unsupported media type: the body must be application/json.";
    return errorResponse(415, { code: JsonRpcCode.HTTP_ERROR, message });
  }
  if (typeof body === "string" || body instanceof Uint8Array) return serveBody(pipeline, context, body);
  const { deadline } = context.invocation;
  return withBody({ headers, body, deadline }, pipeline.config, (whole) => {
    context.logFields.requestBytes = whole.length;
    return serveBody(pipeline, context, whole);
  });
}

/** Parses a message, once for both eras, and serves it. */
async function serveBody(
  pipeline: MessagePipeline,
  context: RequestContext,
  body: string | Uint8Array,
): Promise<HttpResponse> {
  const { config, log } = pipeline;
  const text = textOf(body, config);
  if (typeof text !== "string") return text;
  const isLarge = text.length > SMALL_BYTES;
  if (isLarge) await ownTurn();
  const message = parse(text);
  if (message === undefined) return notJson();
  if (isLarge) await ownTurn();
  Object.assign(context.logFields, namesIn(message));
  const tooMuch = messageProblem(message);
  if (tooMuch) return tooMuch;
  if (!log.telemetry) return serveAuthorized(pipeline, context, message);
  return observeMessage(context, message, () => serveAuthorized(pipeline, context, message));
}

/** A name that a client chose may have any length. */
const MAX_NAME_LENGTH = 128;

/**
 * The names in a message and the trace that its client belongs to, for the log. Only tools and prompts are named; URIs of
 * resources may hold personal data.
 */
function namesIn(message: unknown): RequestLogFields {
  if (Array.isArray(message)) return { batch: message.length };
  const { method, params } = (message ?? {}) as {
    method?: unknown;
    params?: { name?: unknown; clientInfo?: unknown; _meta?: Readonly<Record<string, unknown>> | null } | null;
  };
  const name = NAMING.has(method) ? params?.name : undefined;
  const meta = params?._meta;
  const clientInfo = method === "initialize" ? params?.clientInfo : meta?.[CLIENT_INFO_META_KEY];
  return {
    traceparent: meta?.traceparent,
    ...(clientInfo !== undefined && clientFields(clientInfo)),
    ...(typeof method === "string" && { mcpMethod: method.slice(0, MAX_NAME_LENGTH) }),
    ...(typeof name === "string" && { mcpName: name.slice(0, MAX_NAME_LENGTH) }),
  };
}

/** The text of a body, or the refusal of one that is too large or no text. */
function textOf(body: string | Uint8Array, config: Config): string | HttpResponse {
  if (Buffer.byteLength(body) > config.maxBodyBytes) return tooLarge(config);
  let text: string;
  try {
    // Where an event carries text, the byte order mark is still there (RFC 8259 §8.1: a parser may ignore it).
    text = typeof body === "string" ? body.replace(/^\ufeff/, "") : utf8.decode(body);
  } catch {
    return notJson();
  }
  return (isPlainlySmall(text, config) ? undefined : textProblem(text, config)) ?? text;
}

/** The value of a JSON text; undefined where it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notJson = (): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.PARSE_ERROR,
    message: "Parse error: the body is not JSON in UTF-8.",
  });

/** Whether a text is too short for so many elements, which take two characters each, and too flat for so many levels. */
const isPlainlySmall = (text: string, { maxJsonDepth, maxJsonKeys }: Config): boolean =>
  text.length <= 2 * maxJsonKeys && text.split("{").length + text.split("[").length - 2 <= maxJsonDepth;

const utf8 = new TextDecoder("utf-8", { fatal: true });
