import type { IncomingMessage, ServerResponse } from "node:http";

/** The ways in which the front end answers itself, without the container. */
export type Rejection = "requestTooLarge" | "noInstance" | "responseTooLarge" | "instanceFailed" | "timedOut";

/** Status and text, from "Troubleshoot Cloud Run issues", serving errors. */
const ANSWERS: Readonly<Record<Rejection, readonly [status: number, text: string]>> = {
  /** Over 32 MiB of HTTP/1 request. */
  requestTooLarge: [413, "Request entity too large"],
  /** The instances are all full, and there may not be more. */
  noInstance: [429, "Rate exceeded."],
  /** Over 32 MiB of response that is not chunked. */
  responseTooLarge: [500, "Response size was too large. Please consider reducing response size."],
  /** The response was malformed, or the connection to the instance had an error. */
  instanceFailed: [503, "Service Unavailable"],
  /** The request timeout is over. */
  timedOut: [504, "upstream request timeout"],
};

const LINGER_MS = 5_000;

/** Answers for the container. A response that has begun can only be cut. */
export function refuse(incoming: IncomingMessage, outgoing: ServerResponse, refusal: Rejection): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const [status, text] = ANSWERS[refusal];
  outgoing.writeHead(status, {
    "content-type": "text/plain",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  if (incoming.complete) return void outgoing.end(text);
  // A client that is still sending reads the answer only if its bytes go on being taken.
  outgoing.write(text);
  const timer = setTimeout(() => outgoing.end(), LINGER_MS);
  const end = (): void => {
    clearTimeout(timer);
    outgoing.end();
  };
  incoming.resume().once("end", end).once("close", end);
}
