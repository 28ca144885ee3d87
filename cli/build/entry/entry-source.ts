import { CLOUDS, type Platform } from "../../clouds.ts";
import { ownModule } from "../../own-module.ts";
import { EXPORTS, IDENTITY_TOKEN, JOBS, type JobsSource, NATIVE_STATE, WARM_UP } from "./entry-parts.ts";

/** The kind of an entry's default export: an MCP server, or the toolkit's own `HttpHandler`. */
export type EntryKind = "server" | "handler";

/** Wraps the store and the endpoint where `dev` observes them. */
interface Wrapping {
  readonly source: string;
  readonly wrap: (name: "observedStore" | "observedEndpoint", expression: string) => string;
}

const wrapping = (observed: boolean): Wrapping =>
  observed
    ? {
        source: `import { observedEndpoint, observedStore } from ${JSON.stringify(ownModule("cli/dev/observer/observer"))};\n`,
        wrap: (name, expression) => `${name}(${expression})`,
      }
    : { source: "", wrap: (_name, expression) => expression };

function serverSource(
  platform: Platform,
  { source, wrap }: Wrapping,
  jobs: JobsSource | undefined,
  hasTelemetry: boolean,
): string {
  const native = NATIVE_STATE[platform];
  const isContainer = platform === "gcp" || platform === "container";
  const tables = [
    "AWS_SETTINGS",
    "REDIS_SETTINGS",
    isContainer && "CONTAINER_SETTINGS",
    ...native.settings,
    jobs?.settings,
  ];
  const settings = `{ ${tables.flatMap((table) => (table ? [`...${table}`] : [])).join(", ")} }`;
  const { argument } = IDENTITY_TOKEN[platform];
  const redis = `openRedis(config, openConfiguredRedisUrl(config${argument}))`;
  const store = [redis, ...native.openStore, `openConfiguredStore(config${argument})`].join(" ?? ");
  const keys = [...native.openKeys, `openConfiguredStateKeys(config${argument})`].join(" ?? ");
  return `
import { createMcpEndpoint } from "mcp-anycloud";
import { readConfig } from "mcp-anycloud/adapter";
import { platformIdentities } from "mcp-anycloud/${platform === "container" ? "gcp/container" : platform}";
import { openConfiguredStore } from "mcp-anycloud/aws/dynamodb";
import { openConfiguredRedisUrl } from "mcp-anycloud/aws/redis-url";
import { AWS_SETTINGS } from "mcp-anycloud/aws/settings";
import { openConfiguredStateKeys } from "mcp-anycloud/aws/state-keys";
import { openRedis, REDIS_SETTINGS } from "mcp-anycloud/redis";
${isContainer ? `import { CONTAINER_SETTINGS } from "mcp-anycloud/gcp/container";\n` : ""}${native.imports}${hasTelemetry ? `import { registeredTelemetry } from ${JSON.stringify(ownModule("src/telemetry/registered"))};\n` : ""}${jobs?.imports ?? ""}${IDENTITY_TOKEN[platform].source}${source}const config = readConfig(process.env, ${settings});
${jobs?.open ?? ""}const store = ${wrap("observedStore", store)};
const stateKeys = ${keys};
const endpoint = ${wrap("observedEndpoint", `createMcpEndpoint(entry, { config, store, stateKeys, platformIdentities${jobs ? ", workQueue" : ""}${hasTelemetry ? ", telemetry: await registeredTelemetry()" : ""} })`)};
const limits = config;
const state = { store, stateKeys };`;
}

const HANDLER = `
const endpoint = entry;
const limits = undefined;
const state = undefined;`;

/** Parts of the entry module that not every artefact has. */
export interface EntryParts {
  /** Tells `dev` how each request is served. Default false. */
  readonly observed?: boolean;
  /** The server has tasks, which need the platform's queue. Default false. */
  readonly hasTasks?: boolean;
  /** The project depends on OpenTelemetry's API: an SDK that it registers observes the server. Default false. */
  readonly hasTelemetry?: boolean;
}

/** The module that is bundled for a platform: it hands the user's default export to the platform's adapter. */
export function entrySource(
  entry: string,
  kind: EntryKind,
  platform: Platform,
  { observed = false, hasTasks = false, hasTelemetry = false }: EntryParts = {},
): string {
  const isServer = kind === "server";
  const jobs = isServer && hasTasks ? JOBS[platform] : undefined;
  const endpoint = isServer ? serverSource(platform, wrapping(observed), jobs, hasTelemetry) : HANDLER;
  return `${importOf(entry)}${endpoint}${jobs?.exports ?? EXPORTS[platform]}${isServer ? WARM_UP[platform] : ""}\n`;
}

/** A module that exports what asks the sources of a gateway for their tools. */
export const lockSource = (entry: string): string => `${importOf(entry)}
import { lockTools } from "mcp-anycloud/sources";
export const lock = () => lockTools(entry);
`;

/**
 * A module without any adapter: it throws when the default export is not a server, and exports what it takes to call it. It
 * offers the identities of every cloud, because an environment that suits one cloud must not fail a check that concerns none.
 * They are imported by path: no entry point of the package holds a cloud's identities without its adapter.
 */
export function checkSource(entry: string): string {
  const identities = CLOUDS.map(
    (cloud) =>
      `import { ${cloud === "gcp" ? "containerIdentities" : "platformIdentities"} as ${cloud} } from ${JSON.stringify(ownModule(`adapters/${cloud}/identity`))};`,
  );
  return `${importOf(entry)}
import { createMcpEndpoint, createMemoryStore } from "mcp-anycloud";
import { readConfig } from "mcp-anycloud/adapter";
import { ADAPTER_SETTINGS } from ${JSON.stringify(ownModule("cli/settings"))};
${identities.join("\n")}
const config = readConfig(process.env, ADAPTER_SETTINGS);
const hasStore = [config.table, config.storageTable, config.firestoreDatabase, config.redisUrl, config.redisUrlSecret].some((name) => name !== undefined);
const store = hasStore ? createMemoryStore() : undefined;
createMcpEndpoint(entry, { config, store, platformIdentities: [${CLOUDS.map((cloud) => `...${cloud}`).join(", ")}] });
export const hasCallers = Boolean(entry.verifier ?? config.tokenIssuers ?? config.platformIdentity);
export { entry, createMcpEndpoint, readConfig };\n`;
}

const importOf = (entry: string): string => `import entry from ${JSON.stringify(entry)};`;
