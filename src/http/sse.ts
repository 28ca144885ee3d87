import type { HttpResponse } from "./http-handler.ts";

/** Server-sent events (HTML Standard §9.2), as MCP's Streamable HTTP transport uses them. */
const SSE_CONTENT_TYPE = "text/event-stream";

/** Headers that keep proxies from holding a stream back. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": SSE_CONTENT_TYPE,
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** A comment: traffic that keeps idle limits at bay and means nothing. */
export const SSE_HEARTBEAT = ": keepalive\n\n";

/** The frame of one JSON-RPC message, given as JSON text, with the id from which the stream can be resumed. */
export const sseFrame = (json: string, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: message\ndata: ${json}\n\n`;

/** Sent before a stream is closed that the client should come back for. */
export const sseRetry = (retryMs: number): string => `retry: ${retryMs}\n\n`;

/** Whether the response is a stream of server-sent events. */
export function isEventStream({ headers, body }: HttpResponse): boolean {
  return typeof body === "object" && (headers["content-type"] ?? "").startsWith(SSE_CONTENT_TYPE);
}

/** The JSON texts of the messages in a stream that was read to its end. */
export function sseMessages(stream: string): string[] {
  // A module's own `fetch` may end its lines in each of the three ways (HTML Standard §9.2.5).
  const frames = stream.replaceAll(/\r\n?/g, "\n").split("\n\n");
  return frames.flatMap((frame) => {
    const data = frame.split("\n").filter((line) => line.startsWith("data:"));
    const json = data.map((line) => line.slice(5).trim()).join("\n");
    return json === "" ? [] : [json];
  });
}
