import { createMcpHandler, type JSONRPCRequest, ProtocolError } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import { sseMessages } from "../../http/sse.ts";
import type { SdkV2Server } from "../../server/sdk-server.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { toResult } from "../forwarding/result.ts";

export interface SdkCall {
  readonly message: JSONRPCRequest;
  readonly context: FactoryContext;
  readonly request: ForwardedRequest;
}

/**
 * Hands a server a request of 2026-07-28 through the SDK's `createMcpHandler`, as if the client's POST had been for it, with
 * the client's headers. Throws ProtocolError.
 */
export async function callThroughSdk(server: SdkV2Server, { message, context, request }: SdkCall): Promise<JsonObject> {
  const { authInfo, requestInfo } = context;
  const handler = createMcpHandler(() => server, { legacy: "reject", keepAliveMs: 0 });
  const response = await handler.fetch(
    new Request(requestInfo?.url ?? "http://localhost/", {
      method: "POST",
      headers: headersFor(message, requestInfo),
      body: JSON.stringify(message),
      signal: request.signal,
    }),
    { ...(authInfo && { authInfo }) },
  );
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  const messages = isStream ? sseMessages(text) : [text];
  for (const notification of messages.slice(0, -1)) await request.notify(JSON.parse(notification));
  try {
    return toResult(JSON.parse(messages.at(-1) ?? ""));
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError(JsonRpcCode.INTERNAL_ERROR, "The server gave no answer.");
  }
}

function headersFor({ method, params }: JSONRPCRequest, requestInfo: Request | undefined): Headers {
  const headers = new Headers(requestInfo?.headers);
  headers.delete("content-length");
  headers.delete("mcp-name");
  headers.set("content-type", "application/json");
  headers.set("accept", "application/json, text/event-stream");
  headers.set("mcp-method", method);
  const name = params?.name ?? params?.uri ?? params?.taskId;
  if (typeof name === "string") headers.set("mcp-name", headerText(name));
  return headers;
}

/** A name in a header (MCP 2026-07-28, Streamable HTTP, Value Encoding). */
const headerText = (name: string): string =>
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(name) && !name.startsWith("=?")
    ? name
    : `=?base64?${Buffer.from(name).toString("base64")}?=`;
