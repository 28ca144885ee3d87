import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { JsonRpcCode, unknownTool, unknownToolResult } from "../http/json-rpc.ts";
import type { BuiltServer } from "../server/sdk-server.ts";
import type { OperationDecision } from "./operation-decision.ts";
import { hrefOf } from "./uri-forms.ts";

/** The response of a server without the thing that an operation names: that of McpServer, in the words of its SDK. */
export function unknownResponse(built: BuiltServer | undefined, denied: OperationDecision): JSONRPCMessage {
  const { primitive, name, request } = denied;
  const { id } = request;
  const isSdkV1 = built !== undefined && !built.isSdkV2 && "registerTool" in built.server;
  const code = JsonRpcCode.INVALID_PARAMS;
  if (isSdkV1 && primitive === "tool") {
    const content = [{ type: "text", text: unknownToolResult(name) }];
    // In the order in which SDK v1 writes the fields, so that nothing tells the one from the other.
    return { result: { content, isError: true }, jsonrpc: "2.0", id };
  }
  if (isSdkV1) {
    // SDK v1 repeats a resource's URI as the parser of URLs prints it.
    const shown = primitive === "resource" ? hrefOf(name) : name;
    return { jsonrpc: "2.0", id, error: { code, message: `MCP error ${code}: ${NOT_FOUND[primitive](shown)}` } };
  }
  const ofExtension = NOT_IN_EXTENSION.get(request.method);
  if (ofExtension) return { jsonrpc: "2.0", id, error: { code, message: ofExtension(name) } };
  if (primitive === "resource") {
    return { jsonrpc: "2.0", id, error: { code, message: `Resource not found: ${name}`, data: { uri: name } } };
  }
  return { jsonrpc: "2.0", id, error: { code, message: NOT_FOUND[primitive](name) } };
}

/** The words of SDK v2 for the methods of the Skills extension. */
const NOT_IN_EXTENSION: ReadonlyMap<string, (uri: string) => string> = new Map([
  ["skills/get", (uri) => `No skill is served at ${uri}`],
  ["resources/directory/read", (uri) => `${uri} is not a directory resource`],
]);

const NOT_FOUND: Readonly<Record<OperationDecision["primitive"], (name: string) => string>> = {
  tool: unknownTool,
  prompt: (name) => `Prompt ${name} not found`,
  resource: (uri) => `Resource ${uri} not found`,
  resourceTemplate: (uri) => `Resource template ${uri} not found`,
};
