import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * Removed on the way in, beside `X-Google-*` ("Request headers in Cloud Functions", headers removed from incoming
 * requests). Upgrades are not imitated: MCP over HTTP has none.
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

/** Set by the front end whatever the client sent ("Request headers in Cloud Functions", headers added for your use). */
const REPLACED = new Set(["x-forwarded-for", "x-forwarded-proto", "forwarded", "x-cloud-trace-context", "traceparent"]);

/** What the container receives, as name and value in turn: every line of the client's but those above, in its order. */
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
    // Reports differ on whether the service's own front end keeps what the client wrote; keeping it is the harder case.
    ...["X-Forwarded-For", [...sent, client].join(", ")],
    ...["X-Forwarded-Proto", "http"],
    ...["Forwarded", `for="${client}";proto=http`],
    // "Trace context" of Cloud Trace: TRACE_ID/SPAN_ID;o=OPTIONS, the span id in decimal.
    ...["X-Cloud-Trace-Context", `${traceId}/${BigInt(`0x${spanId}`)}`],
    ...["traceparent", `00-${traceId}-${spanId}-00`],
  );
  // Its framing is this connection's own, but whether there is a body is the client's to say.
  if (headers["transfer-encoding"] !== undefined) lines.push("Transfer-Encoding", "chunked");
  return lines;
}

/** The client's trace goes on with a new span; without one, a trace begins. */
function traceOf({ headers }: IncomingMessage): { traceId: string; spanId: string } {
  const given =
    /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(headers.traceparent)) ??
    /^([0-9a-f]{32})(?:\/|$)/.exec(String(headers["x-cloud-trace-context"]));
  return { traceId: given?.[1] ?? randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") };
}
