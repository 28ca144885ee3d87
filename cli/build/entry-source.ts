import type { Cloud } from "../clouds.ts";

/** What the default export of an entry is: an MCP server, or the toolkit's own `HttpHandler`. */
export type EntryKind = "server" | "handler";

const EXPORTS: Readonly<Record<Cloud, string>> = {
  aws: `
import { toBufferedLambda, toLambda } from "mcp-anycloud/aws";
export const handler = toLambda(endpoint);
export const bufferedHandler = toBufferedLambda(endpoint);`,
  azure: `
import { toAzureFunctions } from "mcp-anycloud/azure";
toAzureFunctions(endpoint);`,
  // server.mjs calls listen: the container form costs one file of one line, not a second bundle.
  gcp: `
import { toCloudRun } from "mcp-anycloud/gcp";
import { listenOnPort } from "mcp-anycloud/gcp/container";
export const mcp = toCloudRun(endpoint);
export const listen = () => listenOnPort(endpoint);`,
};

const ENDPOINTS: Readonly<Record<EntryKind, string>> = {
  server: `
import { createMcpEndpoint } from "mcp-anycloud";
const endpoint = createMcpEndpoint(entry);`,
  handler: `
const endpoint = entry;`,
};

/** The module that is bundled for a cloud: the user's default export in the hands of the cloud's adapter. */
export function entrySource(entry: string, kind: EntryKind, cloud: Cloud): string {
  return `${endpointSource(entry, kind)}${EXPORTS[cloud]}\n`;
}

/** The part that all clouds share: it throws when the default export is not what it should be. */
export function endpointSource(entry: string, kind: EntryKind): string {
  return `import entry from ${JSON.stringify(entry)};${ENDPOINTS[kind]}\n`;
}
