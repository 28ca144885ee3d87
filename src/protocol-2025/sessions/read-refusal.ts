import { type JSONRPCResponse, METHOD_NOT_FOUND } from "@modelcontextprotocol/server";
import { ANYBODY } from "../../auth/caller.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { openRestoredConnection } from "./restored-connection.ts";
import type { SessionContext } from "./session-context.ts";
import type { Session } from "./session-record.ts";

export interface ReadOptions extends Pick<SessionContext, "createServer" | "openServices"> {
  readonly session: Session;
  readonly mcpRequest: McpRequest;
}

/**
 * The error with which the server refuses to let this caller read a resource, by a server of its own that is asked to.
 * Undefined where the resource can be read, where the server reads nothing at all, and for callers that are not told apart:
 * they can all read the same.
 */
export async function readRefusal(options: ReadOptions, uri: string): Promise<JSONRPCResponse | undefined> {
  const { createServer, openServices, session, mcpRequest } = options;
  if (mcpRequest.caller === ANYBODY) return undefined;
  // The policy has decided about it.
  const { interceptor: _decided, ...unwatched } = mcpRequest;
  const services = openServices(mcpRequest);
  const { promise: responded, resolve } = Promise.withResolvers<JSONRPCResponse>();
  const connection = await openRestoredConnection({
    createServer,
    mcpRequest: unwatched,
    services: () => services,
    requestIds: ["read"],
    events: {
      onResponse: resolve,
      onServerRequest() {
        throw new Error("The client cannot be asked while it subscribes.");
      },
      onNotification() {},
      onSessionNotification() {},
    },
    session,
  });
  connection.receive({ jsonrpc: "2.0", id: "read", method: "resources/read", params: { uri } });
  const response = await responded;
  connection.end();
  return "error" in response && response.error.code !== METHOD_NOT_FOUND ? response : undefined;
}
