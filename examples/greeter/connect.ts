import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** Connects to an endpoint, calls its tool, and returns what it answers. */
export async function greet(url: string): Promise<unknown> {
  const client = new Client({ name: "example", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { content } = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
  await client.close();
  return content;
}
