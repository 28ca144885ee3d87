import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Rejection } from "./refusal.ts";
import { toInstanceHeaders } from "./request-headers.ts";

/** Largest HTTP/1 message in both directions; chunked and streamed responses have no limit ("Quotas and limits"). */
export const MAX_MESSAGE_BYTES: number = 32 * 1024 * 1024;

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "trailer"]);

export interface Forwarding {
  /** Resolves when the exchange is over: with undefined when the response was sent or broken off. */
  readonly over: Promise<Rejection | undefined>;
  /** Breaks the connection to the instance. */
  cut(): void;
}

export interface ForwardTarget {
  /** Port of the instance. */
  readonly port: number;
  /** Name of the header by which the instance knows the ingress (ingress-guard.ts), where it looks for one. */
  readonly secret: string | undefined;
}

/** Hands one request to an instance and streams its response back as it comes. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { port, secret }: ForwardTarget,
): Forwarding {
  const upstream = request({
    host: "127.0.0.1",
    port,
    method: incoming.method,
    path: incoming.url,
    headers: [...toInstanceHeaders(incoming), ...(secret === undefined ? [] : [secret, "1"])],
    setHost: false,
    // One connection per request: an instance that closes an idle connection must not fail a request.
    agent: false,
  });
  const over = new Promise<Rejection | undefined>((resolve) => {
    upstream.once("response", (response) => answer(response, outgoing, resolve));
    upstream.on("error", () => resolve("instanceFailed"));
    upstream.once("close", () => {
      resolve("instanceFailed");
      // The response may come before the end of the request, whose rest is then dropped.
      incoming.resume();
    });
    send(incoming, upstream, () => {
      resolve("requestTooLarge");
      upstream.destroy();
    });
    // The container sees its connection close when the client goes away (functions-framework, timeout.js).
    outgoing.once("close", () => {
      resolve(undefined);
      upstream.destroy();
    });
  });
  return { over, cut: () => void upstream.destroy() };
}

function send(incoming: IncomingMessage, upstream: ClientRequest, tooLarge: () => void): void {
  let bytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > MAX_MESSAGE_BYTES) return tooLarge();
    if (!upstream.destroyed && !upstream.write(chunk)) incoming.pause();
  });
  upstream.on("drain", () => incoming.resume());
  incoming.once("end", () => upstream.end());
}

function answer(response: IncomingMessage, outgoing: ServerResponse, over: (refusal?: Rejection) => void): void {
  if (Number(response.headers["content-length"] ?? 0) > MAX_MESSAGE_BYTES && outgoing.req.method !== "HEAD") {
    over("responseTooLarge");
    return void response.destroy();
  }
  const lines: string[] = [];
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const [name, value] = [response.rawHeaders[index] as string, response.rawHeaders[index + 1] as string];
    if (!HOP_BY_HOP.has(name.toLowerCase())) lines.push(name, value);
  }
  outgoing.writeHead(response.statusCode as number, response.statusMessage, lines);
  outgoing.flushHeaders();
  response.on("data", (chunk: Buffer) => {
    if (!outgoing.destroyed && !outgoing.write(chunk)) response.pause();
  });
  outgoing.on("drain", () => response.resume());
  response.once("end", () => outgoing.end());
  // A response that breaks off must break off for the client as well.
  response.once("close", () => {
    if (!response.complete) outgoing.destroy();
  });
  response.on("error", () => {});
}
