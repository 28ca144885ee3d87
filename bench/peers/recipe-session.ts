/** SDK v1's Streamable HTTP transport with sessions, as its examples show it: a Map holds the transport of each. */
import { randomUUID } from "node:crypto";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";
import { createRecipeServer, toLambda } from "./recipe-server.ts";

const transports = new Map<string, StreamableHTTPServerTransport>();

async function open(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => void transports.set(id, transport),
    onsessionclosed: (id) => void transports.delete(id),
  });
  await createRecipeServer().connect(transport);
  return transport;
}

const app = express();
app.use(express.json());
app.post("/mcp", async (request, response) => {
  const transport = transports.get(request.get("mcp-session-id") ?? "") ?? (await open());
  await transport.handleRequest(request, response, request.body);
});
export const handler = toLambda(app);
