import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Headers of every response: the page loads nothing from elsewhere, and no other page frames it or reads it. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  // The URL holds the secret.
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** Bytes of a request's body. */
const MOST_BYTES = 1_000_000;

/**
 * Whether a request is the console's own. Web pages can send requests to every port of this machine, and by a name that
 * they point here (DNS rebinding) read the answers, too: so the host must be the address, and the path begins with the
 * secret. Browsers say of a request whose page it is.
 */
export function isAllowed({ headers, socket, url = "" }: IncomingMessage, secret: string): boolean {
  const host = `${socket.localAddress}:${socket.localPort}`;
  const { host: named, origin, "sec-fetch-site": site = "none" } = headers;
  if (named !== host || (origin !== undefined && origin !== `http://${host}`)) return false;
  if (site !== "none" && site !== "same-origin") return false;
  const given = Buffer.from(url.slice(0, secret.length));
  if (given.length !== secret.length || !timingSafeEqual(given, Buffer.from(secret))) return false;
  return /^([/?]|$)/.test(url.slice(secret.length));
}

/** The JSON of a request; undefined when it is none, or too long. */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  // Other types could be sent by a form of any page.
  if (incoming.headers["content-type"] !== "application/json") return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
