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

/** What a message meets on its way to a leg. */
export interface Receiving extends ProtocolHandlers {
  readonly config: Config;
  /** Decides about what a message asks for. */
  readonly authorize: Authorize;
  /** Where streams that wait for news have their places. */
  readonly streams: ConcurrentStreams;
}

/** Takes up the message of a POST, once for both eras, and serves it. */
export async function receive(endpoint: Receiving, requestContext: RequestContext): Promise<HttpResponse> {
  const { config } = endpoint;
  const read = readMessage(requestContext.request, config);
  if ("refused" in read) return read.refused;
  const { message, text } = read;
  const tooMuch = messageProblem(message, config, text);
  if (tooMuch) return tooMuch;
  recordMessage(requestContext.notes, message);
  const authorized = await endpoint.authorize(requestContext, message);
  if ("refused" in authorized) return authorized.refused;
  const { guard } = authorized;
  const arrival = { ...requestContext, ...(guard && { guard }), message, heartbeatMs: config.heartbeatSeconds * 1000 };
  const serve = (): Promise<HttpResponse> => serveMessage(endpoint, arrival);
  return isListen(message) ? endpoint.streams.hold(requestContext, serve) : serve();
}

/** The parsed body, or why there is none. */
function readMessage(
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
