import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { tools } from "mcp-echarts/build/tools/index.js";

/** As the package's own command builds it, which offers no factory. */
function createServer() {
  const server = new McpServer({ name: "mcp-echarts", version: "0.7.1" });
  for (const { name, description, inputSchema, run } of tools) server.tool(name, description, inputSchema.shape, run);
  return server;
}

export default { createServer };
