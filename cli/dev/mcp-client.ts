import type { Client } from "@modelcontextprotocol/client";
import { ownPackage } from "../package-json.ts";

export interface ClientOptions {
  /** `auto` takes the newest revision that the server has, `legacy` 2025-11-25. Default `auto`. */
  readonly mode?: "auto" | "legacy" | undefined;
  /** Value of the `authorization` header. Default: none is sent. */
  readonly authorization?: string | undefined;
}

/** Connects a client of the MCP SDK, lets `use` work with it and closes it. Throws what the client throws. */
export async function withClient<Result>(
  url: string,
  { mode = "auto", authorization }: ClientOptions,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client({ name: "mcp-anycloud", version: ownPackage.version }, { versionNegotiation: { mode } });
  const requestInit = authorization ? { headers: { authorization } } : {};
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  try {
    await client.connect(transport);
    return await use(client);
  } finally {
    // Otherwise its session would stay until it expires.
    await transport.terminateSession().catch(() => {});
    await client.close();
  }
}
