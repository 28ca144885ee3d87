/** SDK v2's Streamable HTTP transport with sessions: a Map holds the transport of each, connected to its server. */
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { createToolServer } from "../subjects/tools.ts";
import { webToLambda } from "./web-to-lambda.ts";

const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();

async function open(): Promise<WebStandardStreamableHTTPServerTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    // Faster than a stream of one event.
    enableJsonResponse: true,
    onsessioninitialized: (id) => void transports.set(id, transport),
    onsessionclosed: (id) => void transports.delete(id),
  });
  await createToolServer().connect(transport);
  return transport;
}

export const handler = webToLambda(async (request) => {
  const transport = transports.get(request.headers.get("mcp-session-id") ?? "") ?? (await open());
  return transport.handleRequest(request);
});
