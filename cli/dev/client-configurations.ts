import { basename } from "node:path";

/** Connects one client with one ingress: a command for a shell, or the contents of a file. */
export interface ClientConfiguration {
  /** The client's name. */
  readonly client: string;
  /** Where it goes: `.cursor/mcp.json`; undefined for a command. */
  readonly file?: string;
  readonly text: string;
}

/** The Inspector's command for one ingress (https://modelcontextprotocol.io/docs/tools/inspector). */
export const inspectorCommand = (url: string): string =>
  `npx @modelcontextprotocol/inspector --transport http --server-url ${url}`;

/** The configurations for one ingress; `name` is the server's name in them. */
export function clientConfigurations(url: string, name: string): readonly ClientConfiguration[] {
  const json = (value: object): string => JSON.stringify(value, null, 2);
  return [
    { client: "Claude Code", text: `claude mcp add --transport http ${name} ${url}` },
    { client: "Cursor", file: ".cursor/mcp.json", text: json({ mcpServers: { [name]: { url } } }) },
    { client: "VS Code", file: ".vscode/mcp.json", text: json({ servers: { [name]: { type: "http", url } } }) },
    { client: "MCP Inspector", text: inspectorCommand(url) },
  ];
}

/** A name for the server of the working directory, of characters that every client takes; no shell reads it as a flag. */
export const serverName = (): string =>
  basename(process.cwd())
    .replaceAll(/[^\w-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "") || "server";
