import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * Headers that the front end removes, besides `X-Google-*` ("Request headers in Cloud Functions", headers removed from
 * incoming requests). Upgrades are not emulated, because MCP over HTTP has none.
 */
const REMOVED = new Set([
  "connection",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that the front end sets in any case ("Request headers in Cloud Functions", headers added for your use). */
const REPLACED = new Set(["x-forwarded-for", "x-forwarded-proto", "forwarded", "x-cloud-trace-context", "traceparent"]);

/** The headers that the container receives, as name and value in turn: the client's lines but those above, in its order. */
export function toInstanceHeaders(incoming: IncomingMessage): string[] {
  const { rawHeaders, headers, socket } = incoming;
  const lines: string[] = [];
  const sent: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index] as string, rawHeaders[index + 1] as string];
    const key = name.toLowerCase();
    if (key === "x-forwarded-for") sent.push(value);
    if (REMOVED.has(key) || REPLACED.has(key) || key.startsWith("x-google-")) continue;
    lines.push(name, value);
  }
  const client = socket.remoteAddress ?? "127.0.0.1";
  const { traceId, spanId } = traceOf(incoming);
  lines.push(
    // Reports differ on whether the front end keeps the client's entries; keeping them is the harder case for an adapter.
    ...["X-Forwarded-For", [...sent, client].join(", ")],
    ...["X-Forwarded-Proto", "http"],
    ...["Forwarded", `for="${client}";proto=http`],
    // "Trace context" of Cloud Trace: TRACE_ID/SPAN_ID;o=OPTIONS, the span id in decimal.
    ...["X-Cloud-Trace-Context", `${traceId}/${BigInt(`0x${spanId}`)}`],
    ...["traceparent", `00-${traceId}-${spanId}-00`],
  );
  // The framing is this connection's own, but the client decides whether there is a body.
  if (headers["transfer-encoding"] !== undefined) lines.push("Transfer-Encoding", "chunked");
  return lines;
}

/** Continues the client's trace with a new span, or begins a new trace. */
function traceOf({ headers }: IncomingMessage): { traceId: string; spanId: string } {
  const given =
    /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(headers.traceparent)) ??
    /^([0-9a-f]{32})(?:\/|$)/.exec(String(headers["x-cloud-trace-context"]));
  return { traceId: given?.[1] ?? randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") };
}
