import type { IncomingMessage, ServerResponse } from "node:http";

/** The responses that the front end sends itself, without the container. */
export type Rejection = "requestTooLarge" | "noInstance" | "responseTooLarge" | "instanceFailed" | "timedOut";

/** Status and text, from "Troubleshoot Cloud Run issues", serving errors. */
const RESPONSES: Readonly<Record<Rejection, readonly [status: number, text: string]>> = {
  /** An HTTP/1 request over 32 MiB. */
  requestTooLarge: [413, "Request entity too large"],
  /** Every instance is full, and no more may start. */
  noInstance: [429, "Rate exceeded."],
  /** A response over 32 MiB that is not chunked. */
  responseTooLarge: [500, "Response size was too large. Please consider reducing response size."],
  /** The response was malformed, or the connection to the instance failed. */
  instanceFailed: [503, "Service Unavailable"],
  /** The request timeout has passed. */
  timedOut: [504, "upstream request timeout"],
};

/** How long a refused client may go on sending before its connection is closed. */
const LINGER_MS = 5_000;

/** Sends a response of the front end. A response that has begun can only be broken off. */
export function refuse(incoming: IncomingMessage, outgoing: ServerResponse, refusal: Rejection): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const [status, text] = RESPONSES[refusal];
  outgoing.writeHead(status, {
    "content-type": "text/plain",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  if (incoming.complete) return void outgoing.end(text);
  // A client that is still sending reads the response only if the rest of its request is read.
  outgoing.write(text);
  const timer = setTimeout(() => outgoing.end(), LINGER_MS);
  const end = (): void => {
    clearTimeout(timer);
    outgoing.end();
  };
  incoming.resume().once("end", end).once("close", end);
}
