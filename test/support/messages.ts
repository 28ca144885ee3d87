import type { HttpHandler, HttpRequest, HttpResponse, Invocation } from "../../src/adapter.ts";

/** Calls a handler in process with plain data, as an adapter does. */
export type Caller = (message: unknown, options?: CallOptions) => Promise<HttpResponse>;

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly invocation?: Partial<Invocation>;
  readonly method?: string;
  readonly url?: string;
  readonly body?: HttpRequest["body"];
}

/** A POST of `message` to `/mcp`, unless told otherwise. */
export function callerOf(handler: HttpHandler): Caller {
  return (message, { headers, invocation, method = "POST", url = "/mcp", body } = {}) =>
    handler(
      {
        method,
        url,
        headers: {
          host: "mcp.example",
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body: body ?? JSON.stringify(message),
      },
      { requestId: "test", canStream: true, ...invocation },
    );
}

let lastId = 0;

/** A 2025-era request. */
export const legacyRequest = (method: string, params: object = {}): { id: number } & Record<string, unknown> => ({
  jsonrpc: "2.0",
  id: ++lastId,
  method,
  params,
});

/** A 2026-07-28 request with the headers it must carry. */
export function modernCall(
  method: string,
  params: { name?: string; _meta?: object } & Record<string, unknown> = {},
): [unknown, CallOptions] {
  const message = legacyRequest(method, {
    ...params,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
      ...params._meta,
    },
  });
  const headers = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(params.name && { "mcp-name": params.name }),
  };
  return [message, { headers }];
}

/** The whole text of a response, a stream read to its end. */
export async function textOf({ body }: HttpResponse): Promise<string> {
  if (typeof body !== "object") return body ?? "";
  return (await Array.fromAsync(body)).join("");
}

/** The JSON-RPC messages of a response, whichever form it came in. */
export async function messagesOf(response: HttpResponse): Promise<Array<Record<string, unknown>>> {
  const text = await textOf(response);
  if (response.headers["content-type"] !== "text/event-stream") return [JSON.parse(text)];
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, json]) => JSON.parse(json ?? ""));
}
