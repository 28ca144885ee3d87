import type { SdkHttpError, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  isJSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  ProtocolError,
} from "@modelcontextprotocol/server";
import { logAboutRequest } from "../../../http/served-request.ts";
import { answerFor } from "../../forwarding/answer-for.ts";
import type { ForwardedRequest, JsonObject } from "../../forwarding/forwarded-request.ts";
import { createIdleTimer } from "../../forwarding/idle-timer.ts";
import { toResult } from "../../forwarding/result.ts";
import { withoutSecrets } from "../../forwarding/without-secrets.ts";
import { UpstreamFailure } from "../upstream-failure.ts";
import { createFloodGuard } from "./flood-guard.ts";
import { createTransport, type TransportOptions, type UpstreamSession } from "./upstream-transport.ts";

/** The client of one request, as far as an upstream can reach it. */
export type Reach = Pick<ForwardedRequest, "signal" | "notify" | "ask" | "closeStream">;

export interface PostOptions extends TransportOptions {
  /** Headers that repeat arguments of the call (`x-mcp-header`). */
  readonly paramHeaders?: Readonly<Record<string, string>>;
  /** The session at the upstream, in the 2025 protocols. */
  readonly session?: UpstreamSession;
  readonly message: JSONRPCRequest;
  readonly reach: Reach;
  /** Milliseconds without any message after which there is no answer. */
  readonly idleMs: number;
  /** The deployment's, which no client is told. */
  readonly secrets: readonly string[];
  onSessionNotification?(notification: JSONRPCNotification): void;
}

/**
 * Sends an upstream one request over a transport of its own, and passes on what comes before the result. Throws
 * ProtocolError, whose words are the upstream's, and UpstreamFailure.
 */
export async function post(
  options: PostOptions,
): Promise<{ readonly result: JsonObject; readonly sessionId?: string }> {
  const { session, message, reach, idleMs } = options;
  let isStream = false;
  const fetch: PostOptions["fetch"] = async (input, init) => {
    const response = await closingStreams(options)(input, init);
    isStream ||= response.headers.get("content-type")?.toLowerCase().startsWith("text/event-stream") === true;
    return response;
  };
  const transport = createTransport({ ...options, fetch }, session);
  const { promise, resolve, reject } = Promise.withResolvers<JSONRPCResponse>();
  const count = createFloodGuard();
  const timer = createIdleTimer(idleMs, () => reject(new UpstreamFailure("unavailable", silent(idleMs))));
  let lastError: unknown;
  let isOver = false;
  transport.onerror = (error) => {
    lastError = error;
  };
  transport.onmessage = (received) => {
    timer.restart();
    void passOn(withoutSecrets(received as JSONRPCMessage, options.secrets)).catch(reject);
  };
  async function passOn(received: JSONRPCMessage): Promise<void> {
    if (!("method" in received)) {
      if (received.id === message.id) resolve(received);
      return;
    }
    if (isOver) return undefined;
    count();
    if (!("id" in received)) return passNotification(received, options);
    await transport.send(await timer.pausedFor(answerFor(reach, received)));
  }
  const onAbort = (): void => reject(reach.signal.reason);
  reach.signal.addEventListener("abort", onAbort, { once: true });
  try {
    reach.signal.throwIfAborted();
    await transport.start();
    const onRequestStreamEnd = (): void => reject(lastError ?? new UpstreamFailure("unavailable", NO_ANSWER));
    const sent = transport.send(message, { headers: options.paramHeaders ?? {}, onRequestStreamEnd });
    // A response that is no stream has been handled as a whole by then: what has not come with it does not come.
    sent.then(() => isStream || reject(new UpstreamFailure("unavailable", NO_ANSWER)), reject);
    const response = await promise;
    return { result: toResult(response), ...(transport.sessionId && { sessionId: transport.sessionId }) };
  } catch (error) {
    if (reach.signal.aborted && session) await sayCancelled(transport, message).catch(() => {});
    if (isLeft(reach.signal)) throw new UpstreamFailure("cancelled", "Its client has left.", { cause: error });
    throw statedError(error, options) ?? toFailure(error, session);
  } finally {
    isOver = true;
    timer.stop();
    reach.signal.removeEventListener("abort", onAbort);
    await transport.close();
  }
}

/** An upstream that closes its stream, to be asked for the rest, has the client here do the same. */
const closingStreams =
  ({ fetch, reach }: PostOptions): PostOptions["fetch"] =>
  (input, init) => {
    if (init?.method === "GET" && new Headers(init.headers).has("last-event-id")) reach.closeStream?.();
    return fetch(input, init);
  };

const NO_ANSWER = "It ended its response before it answered.";
const silent = (idleMs: number): string => `It was silent for ${idleMs / 1000} s.`;

async function passNotification(
  notification: JSONRPCNotification,
  { message, reach, onSessionNotification }: PostOptions,
): Promise<void> {
  const { method, params } = notification;
  if (/list_changed$|resources\/updated$/.test(method)) return onSessionNotification?.(notification);
  // These name a request: of an upstream's own, or of somebody else.
  if (method === "notifications/cancelled") return;
  if (method === "notifications/progress" && params?.progressToken !== message.params?._meta?.progressToken) return;
  await reach.notify(notification).catch((error) => logAboutRequest("a notification could not be sent:", error));
}

/** In the 2025 protocols, a client that leaves has not cancelled. */
const sayCancelled = (transport: StreamableHTTPClientTransport, { id }: JSONRPCRequest): Promise<void> =>
  transport.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });

/** Whether the client cancelled, which is no failure of the upstream. */
const isLeft = ({ aborted, reason }: AbortSignal): boolean => aborted && reason?.name !== "TimeoutError";

/** A method that an upstream does not have, which one of 2026-07-28 says with status 404 and an error as the body. */
function statedError(error: unknown, { message, session }: PostOptions): ProtocolError | undefined {
  const { status, data } = (error ?? {}) as Partial<SdkHttpError>;
  if (status !== 404 || session || typeof data?.text !== "string") return undefined;
  const response = parsed(data.text);
  if (!isJSONRPCErrorResponse(response) || response.id !== message.id) return undefined;
  const { code, message: words, data: more } = response.error;
  return new ProtocolError(code, words, more);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The failure of the request, in words that tell the client nothing of the network behind the gateway. */
export function toFailure(error: unknown, session: UpstreamSession | undefined): unknown {
  if (error instanceof UpstreamFailure) return error;
  const { name, status, cause } = (error ?? {}) as Partial<SdkHttpError> & { readonly cause?: unknown };
  if (name === "ProtocolError" || name === "AbortError") return error;
  if (cause instanceof UpstreamFailure) return cause;
  if (typeof status !== "number")
    return new UpstreamFailure("unavailable", "It could not be reached.", { cause: error });
  if (status === 404 && session?.id)
    return new UpstreamFailure("session-lost", "It forgot the session.", { cause: error });
  const words = STATUS_WORDS.get(status) ?? `It answered with status ${status}.`;
  return new UpstreamFailure(status >= 500 ? "unavailable" : "refused", words, { cause: error });
}

const STATUS_WORDS: ReadonlyMap<number, string> = new Map([
  [401, "It refuses the credentials of this server."],
  [403, "It does not allow this."],
  [429, "It limits how often it can be asked: try again later."],
]);
