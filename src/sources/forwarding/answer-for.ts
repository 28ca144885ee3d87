import type { JSONRPCRequest, JSONRPCResponse } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";

/** The response to a question that a server asks its client: the client's, or the reason why there is none. */
export async function answerFor(
  { ask }: Pick<ForwardedRequest, "ask">,
  { id, method, params }: JSONRPCRequest,
): Promise<JSONRPCResponse> {
  // It asks whether this process is there, not the client (MCP 2025-11-25, Ping).
  if (method === "ping") return { jsonrpc: "2.0", id, result: {} };
  try {
    return { jsonrpc: "2.0", id, result: { ...(await ask({ method, params })) } };
  } catch (error) {
    const { code, message = "The client could not be asked." } = error as { code?: unknown; message?: string };
    return {
      jsonrpc: "2.0",
      id,
      error: { code: Number.isSafeInteger(code) ? (code as number) : JsonRpcCode.INTERNAL_ERROR, message },
    };
  }
}
