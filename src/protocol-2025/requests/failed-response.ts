import type { JSONRPCResponse, RequestId } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";

/** An error in place of a response that a server did not give, or that could not be kept. */
export const failedResponse = (id: RequestId, message: string): JSONRPCResponse => ({
  jsonrpc: "2.0",
  id,
  error: { code: JsonRpcCode.INTERNAL_ERROR, message },
});
