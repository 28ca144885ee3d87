import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** A client of SDK v1 that samples, elicits in both modes and has a root. */
export async function connectAbleClient(url: URL): Promise<Client> {
  const capabilities = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } };
  const client = new Client({ name: "test", version: "1.0.0" }, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({
    action: "accept",
    ...(params.mode !== "url" && { content: { name: "Ada" } }),
  }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: "assistant",
    model: "test",
    content: { type: "text", text: "Quite so." },
  }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///home/ada", name: "home" }] }));
  // The SDK's own class does not satisfy its own interface under exactOptionalPropertyTypes.
  await client.connect(new StreamableHTTPClientTransport(url) as Parameters<Client["connect"]>[0]);
  return client;
}
