import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { McpRequest } from "../../server/mcp-request.ts";

/** Requests of one POST. */
export interface PostedRequests {
  /** At least one. */
  readonly requests: readonly JSONRPCRequest[];
  readonly isBatch: boolean;
  /** Unix time in milliseconds. */
  readonly arrivedAt: number;
  readonly mcpRequest: McpRequest;
}
