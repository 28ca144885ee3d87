/** JSON-RPC messages of an MCP client, one function per kind. */
export const MODERN: "2026-07-28" = "2026-07-28";
export const LEGACY: "2025-11-25" = "2025-11-25";

let lastId = 0;

const request = (method: string, params: object = {}): object => ({ jsonrpc: "2.0", id: ++lastId, method, params });

export const toolCall = (name: string, args: object = {}): object => request("tools/call", { name, arguments: args });

export const toolList = (): object => request("tools/list");

/** Opens a session of 2025-11-25. */
export const initialize = (): object =>
  request("initialize", {
    protocolVersion: LEGACY,
    capabilities: { elicitation: {} },
    clientInfo: { name: "bench", version: "1.0.0" },
  });

/** A request of 2026-07-28 and the headers that it must carry (MCP 2026-07-28, Streamable HTTP, Standard Headers). */
export function modernRequest(
  method: string,
  params: { readonly name?: string } & Record<string, unknown>,
): [message: object, headers: Record<string, string>] {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return [
    request(method, { ...params, _meta }),
    { "mcp-protocol-version": MODERN, "mcp-method": method, ...(params.name && { "mcp-name": params.name }) },
  ];
}
