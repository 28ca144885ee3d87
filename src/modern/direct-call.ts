import { type JSONRPCMessage, type McpServer, ProtocolErrorCode, type Server } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../handler.ts";
import type { Exchange } from "../leg.ts";
import { createMessageQueue, type MessageQueue } from "../message-queue.ts";
import { standAside } from "../security/authorization/interposition.ts";
import { SSE_HEADERS, sseFrame } from "../sse.ts";
import { type DirectLine, openDirectLine } from "./direct-line.ts";
import type { IdleServers } from "./idle-servers.ts";
import type { MadeServer } from "./made-server.ts";
import { lowLevel, takesHeaders } from "./server-internals.ts";
import type { UsualCall } from "./usual-call.ts";

export interface DirectCall {
  readonly call: UsualCall;
  readonly made: MadeServer;
  readonly exchange: Exchange;
  /** What handlers and factories look at as the web's `Request`. */
  readonly webRequest: Request;
  readonly idle: IdleServers | undefined;
}

/** Where the client went before there was an answer; what the SDK answers then, to nobody. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Serves a usual call with the SDK's own dispatch, codec and validation, but without the web's `Request`, `Response` and
 * streams, which cost several times as much as all of these. Undefined when the call turns out to be unusual, before any
 * handler has run: then it is for the SDK's own entry, and the server for it to use. Throws Refusal.
 */
export async function callDirectly(options: DirectCall): Promise<HttpResponse | undefined> {
  const { call, made, exchange, idle } = options;
  const taken = idle?.take();
  const line = taken ?? (await openLine(made));
  if (!line) return undefined;
  // One that was made for this exchange is connected anew by the SDK's own entry.
  const leave = (): void => (taken ? idle?.give(taken) : line.close());
  try {
    await exchange.guard?.admit?.(line.server);
    await exchange.guard?.between.connected?.(undefined);
  } catch (error) {
    leave();
    throw error;
  }
  if (await needsEntry(call, line.server, exchange)) {
    leave();
    return undefined;
  }
  if (exchange.abandoned.aborted) {
    leave();
    return { status: CLIENT_CLOSED_REQUEST, headers: {} };
  }
  return exchanged(line, options);
}

/** Undefined for what a factory throws, which has its answer in the SDK's own entry, too, and for a server that is in use. */
async function openLine(made: MadeServer): Promise<DirectLine | undefined> {
  const server = await made.get().catch(() => undefined);
  if (!server || lowLevel(server).transport) return undefined;
  standAside(server);
  return openDirectLine(server);
}

/** Tools that take arguments from headers, and scopes that are missing, are refused in the words of the SDK. */
async function needsEntry(
  { message }: UsualCall,
  server: McpServer | Server,
  { authInfo }: Exchange,
): Promise<boolean> {
  const { name } = (message.params ?? {}) as { name?: unknown };
  if (message.method === "tools/call" && takesHeaders(server, String(name))) return true;
  if (!("resolveScopeChallenge" in server)) return false;
  try {
    return (await server.resolveScopeChallenge({ request: message, ...(authInfo && { authInfo }) })) !== undefined;
  } catch {
    return true;
  }
}

function exchanged(
  line: DirectLine,
  { call, exchange, webRequest, idle }: DirectCall,
): Promise<HttpResponse | undefined> {
  const { authInfo, abandoned, canStream, guard } = exchange;
  const passOn = guard?.between.passOn ?? ((message: JSONRPCMessage) => message);
  const { promise, resolve } = Promise.withResolvers<HttpResponse | undefined>();
  let stream: MessageQueue<object> | undefined;
  const close = (): void => line.close();
  const extra = { request: webRequest, ...(authInfo && { authInfo }) };
  abandoned.addEventListener("abort", close, { once: true });
  line.call(call, extra, {
    notified(notification) {
      // In one JSON body there is no place for it.
      if (!canStream) return;
      stream ??= openStream(resolve, close);
      stream.push(passOn(notification));
    },
    answered(response) {
      abandoned.removeEventListener("abort", close);
      const passed = passOn(response);
      if (stream) {
        stream.push(passed);
        stream.end();
      } else {
        resolve(wholeAnswer(passed));
      }
      guard?.between.over?.();
      // After what the server does on its way back from sending.
      queueMicrotask(() => (idle ? idle.give(line) : line.close()));
    },
    turnedAway() {
      abandoned.removeEventListener("abort", close);
      line.close();
      resolve(undefined);
    },
    closed() {
      abandoned.removeEventListener("abort", close);
      stream?.end();
      guard?.between.over?.();
      resolve({ status: CLIENT_CLOSED_REQUEST, headers: {} });
    },
  });
  return promise;
}

/** The one error of a handler that the specification gives a status (MCP 2026-07-28, Capabilities). */
function wholeAnswer(response: object): HttpResponse {
  const isMissing =
    "error" in response &&
    (response.error as { code: number }).code === ProtocolErrorCode.MissingRequiredClientCapability;
  return {
    status: isMissing ? 400 : 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(response),
  };
}

function openStream(answer: (response: HttpResponse) => void, closeCall: () => void): MessageQueue<object> {
  const messages = createMessageQueue<object>();
  const source = messages[Symbol.asyncIterator]();
  const body: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => body,
    async next() {
      const { done, value } = await source.next();
      return done ? { done, value: undefined } : { done: false, value: sseFrame(JSON.stringify(value)) };
    },
    async return() {
      messages.end();
      closeCall();
      return { done: true, value: undefined };
    },
  };
  answer({ status: 200, headers: SSE_HEADERS, body });
  return messages;
}
