import type { ServerResponse } from "node:http";
import type { CloudRunRequest } from "./request.ts";

/** Largest HTTP/1 request that Cloud Run passes on ("Quotas and limits": maximum HTTP/1 request size, 32 MiB). */
export const MAX_BODY_BYTES: number = 32 * 1024 * 1024;

/** How long a refused client may go on sending before its connection is closed. */
const LINGER_MS = 5_000;

const TOO_LARGE = '{"jsonrpc":"2.0","error":{"code":-32600,"message":"Request body exceeds 32 MiB"},"id":null}';

/** Reads the whole body; `cut off` when the client left before its end. */
export async function readBody(incoming: CloudRunRequest): Promise<Uint8Array | "too large" | "cut off"> {
  const { rawBody } = incoming;
  if (rawBody) return rawBody.byteLength > MAX_BODY_BYTES ? "too large" : rawBody;
  if (declaresTooMuch(incoming)) return "too large";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    incoming.on("data", (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (bytes <= MAX_BODY_BYTES) return void chunks.push(chunk);
      chunks.length = 0;
      resolve("too large");
    });
    incoming.once("end", () => resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)));
    incoming.once("error", () => resolve("cut off"));
    incoming.once("close", () => resolve("cut off"));
  });
}

/** Whether the declared length of the body is over the limit. */
export function declaresTooMuch(incoming: CloudRunRequest): boolean {
  return Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_BYTES;
}

/** Responds with 413 and ends the connection, but only after the client had time to read the response. */
export function refuseBody(incoming: CloudRunRequest, outgoing: ServerResponse): void {
  const length = Buffer.byteLength(TOO_LARGE);
  outgoing.writeHead(413, { "content-type": "application/json", "content-length": length, connection: "close" });
  if (incoming.complete) return void outgoing.end(TOO_LARGE);
  // Closing a socket with unread bytes resets it, and the reset overtakes the response (RFC 9112 §9.6). So the response is
  // sent whole, and the rest of the body is read and dropped.
  outgoing.write(TOO_LARGE);
  const timer = setTimeout(() => outgoing.end(), LINGER_MS);
  incoming.resume().once("close", () => {
    clearTimeout(timer);
    outgoing.end();
  });
  incoming.once("end", () => outgoing.end());
}
