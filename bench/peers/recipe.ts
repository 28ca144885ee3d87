/** The recipe of most articles: SDK v1, Express and serverless-http, a server and a transport for each request. */
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";
import { createRecipeServer, toLambda } from "./recipe-server.ts";

/** `options` are the options of the server. */
export function createRecipe(options: object = {}) {
  const app = express();
  app.use(express.json());
  app.post("/mcp", async (request, response) => {
    const server = createRecipeServer(options);
    // JSON is faster than a stream of one event.
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    response.on("close", () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  return toLambda(app);
}
export const handler = createRecipe();
