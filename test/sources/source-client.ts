import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { HttpHandler } from "../../src/adapter.ts";
import { toFetch } from "../../src/index.ts";

/** The eras that a client can speak. */
export const ERAS = ["2026-07-28", "2025-11-25"] as const;
export type Era = (typeof ERAS)[number];

export interface ClientOptions {
  readonly capabilities?: ConstructorParameters<typeof Client>[1] extends infer Options
    ? Options extends { capabilities?: infer Capabilities }
      ? Capabilities
      : never
    : never;
  readonly headers?: Readonly<Record<string, string>>;
  /** Before the client connects. */
  readonly prepare?: (client: Client) => void;
}

/** A client of the SDK, connected to a handler in this process. */
export async function connectTo(handler: HttpHandler, era: Era, options: ClientOptions = {}): Promise<Client> {
  const { capabilities = {}, headers = {}, prepare } = options;
  const mode = era === "2026-07-28" ? { pin: "2026-07-28" as const } : ("legacy" as const);
  const client = new Client({ name: "test", version: "1.0.0" }, { capabilities, versionNegotiation: { mode } });
  prepare?.(client);
  const fetch = toFetch(handler);
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://127.0.0.1/mcp"), {
      requestInit: { headers },
      fetch: (url, init) => fetch(new Request(url, init as RequestInit), { canStream: true, clientIp: "127.0.0.1" }),
    }),
  );
  return client;
}

/** The text of a tool's answer. */
export async function callText(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args });
  return (content as { text?: string }[]).map(({ text }) => text).join("");
}
