import { isJsonContentType } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import type { Authorize } from "../authorization/authorize.ts";
import type { Config } from "../config/config.ts";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import { byteLength, recordMessage } from "../http/request-log.ts";
import type { ConcurrentStreams } from "../limits/concurrent-streams.ts";
import { messageProblem } from "../limits/json.ts";
import { isListen } from "../protocol-2026/handler.ts";
import { type ProtocolHandlers, serveMessage } from "./serve-message.ts";

/** Everything that a message passes through on its way to a server. */
export interface MessagePipeline extends ProtocolHandlers {
  readonly config: Config;
  readonly authorize: Authorize;
  /** Limits the streams of one caller that wait for notifications. */
  readonly streams: ConcurrentStreams;
}

/** Parses the message of a POST, once for both eras, authorizes it and serves it. */
export async function servePost(pipeline: MessagePipeline, context: RequestContext): Promise<HttpResponse> {
  const { config, authorize, streams } = pipeline;
  const parsed = parseBody(context.request, config);
  if ("refused" in parsed) return parsed.refused;
  const { message, text } = parsed;
  const tooMuch = messageProblem(message, config, text);
  if (tooMuch) return tooMuch;
  recordMessage(context.logFields, message);
  const authorized = await authorize(context, message);
  if ("refused" in authorized) return authorized.refused;
  const heartbeatMs = config.heartbeatSeconds * 1000;
  const serve = (): Promise<HttpResponse> =>
    serveMessage(pipeline, { ...context, ...authorized, message, heartbeatMs });
  return isListen(message) ? streams.acquire(context, serve) : serve();
}

/** The parsed body, or the refusal of one that cannot be parsed. */
function parseBody(
  { headers, body }: HttpRequest,
  { maxBodyBytes }: Pick<Config, "maxBodyBytes">,
): { readonly message: unknown; readonly text: string } | { readonly refused: HttpResponse } {
  if (!isJsonContentType(headers["content-type"])) {
    return refused(415, "Unsupported media type: the body must be application/json.");
  }
  if (byteLength(body) > maxBodyBytes) {
    return refused(413, `The body is too large: ${maxBodyBytes} bytes are the most that is accepted.`);
  }
  try {
    const text = typeof body === "string" ? body : utf8.decode(body);
    return { message: JSON.parse(text), text };
  } catch {
    return refused(400, "Parse error: the body is not JSON in UTF-8.", JsonRpcCode.PARSE_ERROR);
  }
}

function refused(status: number, message: string, code: number = JsonRpcCode.HTTP_ERROR): { refused: HttpResponse } {
  return { refused: errorResponse(status, { code, message }) };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
