import type { ServerResponse } from "node:http";
import type { HttpHandler, HttpResponse } from "../../src/adapter.ts";
import { drained } from "../shared/backpressure.ts";
import { closeAfter } from "./connection/last-response.ts";
import { endResponse } from "./connection/request-body.ts";

/** Headers that this file alone sets: a wrong length or a second transfer coding would let one response run into the next. */
const FRAMING = new Set(["connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"]);

/** A handler that throws, instead of returning a response that Node.js cannot send, before a byte of it was sent. */
export function checkResponses(handler: HttpHandler): HttpHandler {
  const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule("node:http");
  return async (request, invocation) => {
    const response = await handler(request, invocation);
    const { status, headers, body } = response;
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`no final status: ${status}`);
    if (body !== undefined && typeof body !== "string" && !body?.[Symbol.asyncIterator]) {
      throw new TypeError("the body is neither text nor a stream");
    }
    for (const name of Object.keys(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, headers[name] as string);
    }
    return response;
  };
}

export interface SendOptions {
  readonly requestId: string;
  /** How long the client may take nothing of the response before its connection is closed. */
  readonly readerMs: number;
}

/** Sends one response. Resolves when it was handed to the connection, or the client is gone. Never rejects. */
export async function sendResponse(
  response: HttpResponse,
  outgoing: ServerResponse,
  { requestId, readerMs }: SendOptions,
): Promise<void> {
  const { status, body } = response;
  if (outgoing.destroyed || outgoing.headersSent) return typeof body === "object" ? release(body) : undefined;
  const headers: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(response.headers)) if (!FRAMING.has(name)) headers[name] = value;
  // Between two requests the rest of a body would be read as the next one, so that a client that goes on sending is cut off.
  if (!outgoing.req.complete) closeAfter(outgoing);
  const bodiless = outgoing.req.method === "HEAD" || status === 204 || status === 304;

  if (typeof body === "object") {
    outgoing.writeHead(status, headers);
    if (!bodiless) return stream(body, outgoing, { requestId, readerMs });
    end(outgoing, undefined, readerMs);
    return release(body);
  }
  const declared = response.headers["content-length"];
  // A HEAD response may state the length of the body it leaves out (RFC 9110 §8.6); a 204 must not state any.
  if (body !== undefined || !bodiless) headers["content-length"] = Buffer.byteLength(body ?? "");
  else if (declared !== undefined && /^\d+$/.test(declared)) headers["content-length"] = declared;
  if (status === 204) delete headers["content-length"];
  outgoing.writeHead(status, headers);
  const isLarge = !bodiless && body !== undefined && body.length > PIECE_LENGTH;
  if (isLarge) await write(outgoing, body, readerMs);
  end(outgoing, bodiless || isLarge ? undefined : body, readerMs);
}

/** Sizes in which a large text is written, to see whether its reader takes any of it. */
const PIECE_LENGTH = 65_536;

/** Writes a text as fast as the client reads, and closes the connection of a client that reads nothing for a time. */
async function write(outgoing: ServerResponse, text: string, readerMs: number): Promise<void> {
  let next: number;
  for (let at = 0; at < text.length && !outgoing.destroyed; at = next) {
    next = at + PIECE_LENGTH;
    // Half of a surrogate pair has no UTF-8 form.
    if (/[\ud800-\udbff]/.test(text[next - 1] ?? "")) next += 1;
    if (outgoing.write(text.slice(at, next))) continue;
    const timer = limitReader(outgoing, readerMs);
    await drained(outgoing);
    clearInterval(timer);
  }
}

/** Ends a response, and closes the connection when its end cannot be sent for a time. */
function end(outgoing: ServerResponse, body: string | undefined, readerMs: number): void {
  const timer = limitReader(outgoing, readerMs);
  outgoing.once("close", () => clearInterval(timer));
  endResponse(outgoing, body);
}

/** Closes the connection after a time, but not while a response before this one is being sent: that one has a limit of its own. */
const limitReader = (outgoing: ServerResponse, readerMs: number): NodeJS.Timeout =>
  setInterval(() => {
    if (outgoing.socket) outgoing.destroy();
  }, readerMs);

async function stream(
  body: AsyncIterable<string>,
  outgoing: ServerResponse,
  { requestId, readerMs }: SendOptions,
): Promise<void> {
  const iterator = body[Symbol.asyncIterator]();
  const onClose = (): void => void release(body, iterator);
  outgoing.once("close", onClose);
  // The client learns that its stream is open before the first event, however long that takes.
  outgoing.flushHeaders();
  try {
    for (;;) {
      const step = await iterator.next();
      if (outgoing.destroyed) return;
      if (step.done) break;
      await write(outgoing, step.value, readerMs);
    }
    outgoing.removeListener("close", onClose);
    end(outgoing, undefined, readerMs);
  } catch (error) {
    if (outgoing.destroyed) return;
    console.error(`response ${requestId} broke off:`, error);
    outgoing.removeListener("close", onClose);
    // Without the last chunk the client knows that the response is not whole (RFC 9112 §8).
    outgoing.destroy();
  }
}

/** Tells a body that nobody reads it any more. */
async function release(body: AsyncIterable<string>, iterator = body[Symbol.asyncIterator]()): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The response is over, so nobody could be told.
  }
}
