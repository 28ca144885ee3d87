import { isJsonContentType } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import type { Authorize } from "../authorization/authorize.ts";
import type { Config } from "../config/config.ts";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import type { RequestLogFields } from "../http/request-log.ts";
import type { ConcurrentStreams } from "../limits/concurrent-streams.ts";
import { messageProblem, textProblem } from "../limits/json.ts";
import { LISTEN } from "../protocol-2026/listen.ts";
import { type ProtocolHandlers, serveMessage } from "./serve-message.ts";

/** Everything that a message passes through on its way to a server. */
export interface MessagePipeline extends ProtocolHandlers {
  readonly config: Config;
  /** Absent where every caller may do everything. */
  readonly authorize: Authorize | undefined;
  /** Limits the streams of one caller that wait for notifications. */
  readonly streams: ConcurrentStreams;
}

/** Parses the message of a POST, once for both eras, authorizes it and serves it. */
export async function servePost(pipeline: MessagePipeline, context: RequestContext): Promise<HttpResponse> {
  const { config, authorize, streams } = pipeline;
  const parsed = parseBody(context.request, config);
  if ("refused" in parsed) return parsed.refused;
  const { message } = parsed;
  const { mcpMethod } = Object.assign(context.logFields, namesIn(message));
  const tooMuch = messageProblem(message);
  if (tooMuch) return tooMuch;
  const authorized = authorize ? await authorize(context, message) : undefined;
  if (authorized && "refused" in authorized) return authorized.refused;
  const { maxOutputBytes, heartbeatSeconds } = config;
  const served = { ...context, ...authorized, message, maxOutputBytes, heartbeatMs: heartbeatSeconds * 1000 };
  if (mcpMethod !== LISTEN) return serveMessage(pipeline, served);
  return streams.acquire(context, () => serveMessage(pipeline, served));
}

/** A name that a client chose may have any length. */
const MAX_NAME_LENGTH = 128;

/** The names in a message, for the log. Only tools and prompts are named; URIs of resources may hold personal data. */
function namesIn(message: unknown): Pick<RequestLogFields, "mcpMethod" | "mcpName"> {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
  const name = params?.name;
  return {
    ...(typeof method === "string" && { mcpMethod: method.slice(0, MAX_NAME_LENGTH) }),
    ...(typeof name === "string" && { mcpName: name.slice(0, MAX_NAME_LENGTH) }),
  };
}

type ParsedBody = { readonly message: unknown } | { readonly refused: HttpResponse };

/** The parsed body, or the refusal of one that is too large or cannot be parsed. */
function parseBody({ headers, body }: HttpRequest, config: Config): ParsedBody {
  const { maxBodyBytes } = config;
  if (!isJsonContentType(headers["content-type"])) {
    return refused(415, "Unsupported media type: the body must be application/json.");
  }
  if ((typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0)) > maxBodyBytes) {
    return refused(413, `The body is too large: ${maxBodyBytes} bytes are the most that is accepted.`);
  }
  try {
    const text = typeof body === "string" ? body : utf8.decode(body);
    const tooMuch = isPlainlySmall(text, config) ? undefined : textProblem(text, config);
    return tooMuch ? { refused: tooMuch } : { message: JSON.parse(text) };
  } catch {
    return refused(400, "Parse error: the body is not JSON in UTF-8.", JsonRpcCode.PARSE_ERROR);
  }
}

/** Whether a text is too short for so many elements, which take two characters each, and too flat for so many levels. */
const isPlainlySmall = (text: string, { maxJsonDepth, maxJsonKeys }: Config): boolean =>
  text.length <= 2 * maxJsonKeys && text.split("{").length + text.split("[").length - 2 <= maxJsonDepth;

function refused(status: number, message: string, code: number = JsonRpcCode.HTTP_ERROR): ParsedBody {
  return { refused: errorResponse(status, { code, message }) };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
