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

/** Off Lambda, where a role comes with the function, an instance has to prove to AWS who it is. */
const IDENTITY: Readonly<Record<Cloud, { readonly source: string; readonly argument: string }>> = {
  aws: { source: "", argument: "" },
  azure: { source: `import { identityToken } from "mcp-anycloud/azure";\n`, argument: ", identityToken" },
  gcp: { source: `import { identityToken } from "mcp-anycloud/gcp";\n`, argument: ", identityToken" },
};

/** Lambda gives a whole core to what comes before the first request, and a part of one to what comes after. */
const WARM_UP: Readonly<Record<Cloud, string>> = {
  aws: `
import { warmUp } from "mcp-anycloud/adapter";
await warmUp();`,
  azure: "",
  gcp: "",
};

const serverSource = (cloud: Cloud): string => `
import { createMcpEndpoint } from "mcp-anycloud";
import { readConfig } from "mcp-anycloud/adapter";
import { openConfiguredStore } from "mcp-anycloud/aws/dynamodb";
import { openConfiguredStateKeys } from "mcp-anycloud/aws/state-keys";
${IDENTITY[cloud].source}const config = readConfig(process.env);
const store = openConfiguredStore(config${IDENTITY[cloud].argument});
const stateKeys = openConfiguredStateKeys(config${IDENTITY[cloud].argument});
const endpoint = createMcpEndpoint(entry, { store, stateKeys });`;

const HANDLER = `
const endpoint = entry;`;

/** The module that is bundled for a cloud: the user's default export in the hands of the cloud's adapter. */
export function entrySource(entry: string, kind: EntryKind, cloud: Cloud): string {
  const isServer = kind === "server";
  const endpoint = isServer ? serverSource(cloud) : HANDLER;
  return `${importOf(entry)}${endpoint}${EXPORTS[cloud]}${isServer ? WARM_UP[cloud] : ""}\n`;
}

/** A module without any cloud: it throws when the default export is not a server. */
export function checkSource(entry: string): string {
  return `${importOf(entry)}
import { createMcpEndpoint } from "mcp-anycloud";
createMcpEndpoint(entry);\n`;
}

const importOf = (entry: string): string => `import entry from ${JSON.stringify(entry)};`;
