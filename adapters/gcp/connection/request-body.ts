import type { ServerResponse } from "node:http";
import type { HttpRequest } from "../../../src/adapter.ts";
import type { CloudRunRequest } from "../cloud-run-request.ts";

/**
 * The body as it comes in; undefined where the headers announce none (RFC 9112 §6.3). `beforeRead` is called when somebody
 * begins to read it.
 */
export function toBody(
  incoming: CloudRunRequest,
  headers: HttpRequest["headers"],
  beforeRead: () => void = () => {},
): HttpRequest["body"] {
  const { rawBody } = incoming;
  if (rawBody) return rawBody.byteLength > 0 ? rawBody : undefined;
  const { "transfer-encoding": coding, "content-length": length = "0" } = headers;
  if (coding === undefined && length === "0") return undefined;
  return {
    [Symbol.asyncIterator]() {
      beforeRead();
      return incoming.iterator({ destroyOnReturn: false });
    },
  };
}

/** How long a client may go on sending a body that was refused before its connection is closed. */
const LINGER_MS = 5_000;

/**
 * Sends the end of a response. Where the rest of the request is still to come, it is dropped, and the connection closed, but
 * only after the client had time to read the response: closing a socket with unread bytes resets it, and the reset overtakes
 * the response (RFC 9112 §9.6).
 */
export function endResponse(outgoing: ServerResponse, body: string | undefined): void {
  const { req: incoming } = outgoing;
  if (incoming.complete) return void outgoing.end(body);
  if (body) outgoing.write(body);
  else outgoing.flushHeaders();
  const end = (): void => void outgoing.end();
  const timer = setTimeout(end, LINGER_MS);
  outgoing.once("close", () => clearTimeout(timer));
  incoming.once("end", end).once("close", end).resume();
}
