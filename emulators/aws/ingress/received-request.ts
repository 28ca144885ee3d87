import type { IncomingMessage } from "node:http";
import { traceId } from "../runtime/trace-id.ts";

/** A client's request as the ingress received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Percent-encoded, as the client sent it. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** Name and value of each header line, in the client's spelling and order. */
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly receivedAt: Date;
}

/** Reads the whole request, as both ingresses do before they call Lambda; undefined when its body is over `maxBodyBytes`. */
export async function receive(message: IncomingMessage, maxBodyBytes: number): Promise<ReceivedRequest | undefined> {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  for await (const chunk of message) {
    bodyBytes += chunk.length;
    // The rest of a body over the limit is read and dropped, so that the client comes to read the response.
    if (bodyBytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bodyBytes > maxBodyBytes) return undefined;
  const target = message.url ?? "/";
  const mark = target.indexOf("?");
  return {
    method: message.method ?? "GET",
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers: headerLines(message),
    body: Buffer.concat(chunks),
    sourceIp: message.socket.remoteAddress ?? "127.0.0.1",
    receivedAt: new Date(),
  };
}

/** The header lines of a message in the client's spelling and order. */
export function headerLines({ rawHeaders }: IncomingMessage): Array<[string, string]> {
  const lines: Array<[string, string]> = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
  return lines;
}

/** Value of the last header line with a name. */
export function headerValue(request: ReceivedRequest, name: string): string | undefined {
  return request.headers.findLast(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** The headers that every AWS ingress adds: the client's address after those that the client claims, protocol and trace. */
export function forwardingHeaders(request: ReceivedRequest): Record<string, string> {
  const claimed = headerValue(request, "x-forwarded-for");
  const port = headerValue(request, "host")?.match(/:(\d+)$/)?.[1] ?? "80";
  return {
    "X-Amzn-Trace-Id": traceId(request.receivedAt),
    "X-Forwarded-For": claimed ? `${claimed}, ${request.sourceIp}` : request.sourceIp,
    // The emulator serves plain HTTP: URLs that are built from these headers must work on this machine.
    "X-Forwarded-Port": port,
    "X-Forwarded-Proto": "http",
  };
}

/** The time format of request contexts: `23/Nov/2026:22:50:22 +0000`. */
export function requestTime(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}
