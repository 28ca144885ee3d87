/** The requests that everybody is measured with. */
import { modernRequest } from "./bench-instances.ts";

export type Era = "2026-07-28" | "2025-11-25";
export type Method = "tools/call" | "tools/list";

/** As a client sends it. */
export interface BenchRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEADERS = {
  host: "bench.example",
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "user-agent": "bench",
};

/** `params` default to a sum of two numbers. */
export function benchRequest(method: Method, era: Era, params: Params = ADD): BenchRequest {
  const sent = method === "tools/call" ? params : {};
  if (era === "2026-07-28") {
    const [message, headers] = modernRequest(method, sent);
    return { headers: { ...HEADERS, ...headers }, body: JSON.stringify(message) };
  }
  const message = { jsonrpc: "2.0", id: 1, method, params: sent };
  return { headers: { ...HEADERS, "mcp-protocol-version": era }, body: JSON.stringify(message) };
}

type Params = { readonly name?: string } & Record<string, unknown>;
const ADD: Params = { name: "add", arguments: { a: 19, b: 23 } };

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
