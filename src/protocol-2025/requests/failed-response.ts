import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import { JsonRpcCode } from "../../http/json-rpc.ts";

/** The answer to a request that its server did not get to answer, or whose answer did not get to be kept. */
export const failedAnswer = (id: RequestId, message: string): JSONRPCMessage => ({
  jsonrpc: "2.0",
  id,
  error: { code: JsonRpcCode.INTERNAL_ERROR, message },
});
