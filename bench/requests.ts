/** HTTP requests that every subject is measured with, and the Lambda events that carry them. */
import { initialize, type LEGACY, type MODERN, modernRequest, toolCall, toolList } from "./messages.ts";

export type Era = typeof MODERN | typeof LEGACY;
export type Method = "tools/call" | "tools/list";

/** A POST as a client sends it. */
export interface BenchRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A tool and its arguments. */
export interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const HEADERS = {
  host: "bench.example",
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "user-agent": "bench",
};

const ADDITION: Call = { name: "add", arguments: { a: 19, b: 23 } };

/** `call` is what `tools/call` calls: by default, an addition. */
export function benchRequest(method: Method, era: Era, call: Call = ADDITION): BenchRequest {
  if (era === "2026-07-28") {
    const [message, headers] = modernRequest(method, method === "tools/call" ? { ...call } : {});
    return { headers: { ...HEADERS, ...headers }, body: JSON.stringify(message) };
  }
  const message = method === "tools/call" ? toolCall(call.name, call.arguments) : toolList();
  return { headers: { ...HEADERS, "mcp-protocol-version": era }, body: JSON.stringify(message) };
}

export const initializeRequest = (): BenchRequest => ({ headers: HEADERS, body: JSON.stringify(initialize()) });

/** The same request in a session of 2025-11-25. */
export const inSession = ({ headers, body }: BenchRequest, sessionId: string): BenchRequest => ({
  headers: { ...headers, "mcp-session-id": sessionId },
  body,
});

/** The event of a Function URL, payload 2.0 (Lambda Developer Guide, "Invoking Lambda function URLs"). */
export const toEvent = ({ headers, body }: BenchRequest): object => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: "/mcp",
  rawQueryString: "",
  headers,
  requestContext: {
    accountId: "anonymous",
    apiId: "bench",
    domainName: "bench.example",
    domainPrefix: "bench",
    http: { method: "POST", path: "/mcp", protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "bench" },
    requestId: "bench",
    routeKey: "$default",
    stage: "$default",
    time: "01/Nov/2026:00:00:00 +0000",
    timeEpoch: 1_793_491_200_000,
  },
  body,
  isBase64Encoded: false,
});
