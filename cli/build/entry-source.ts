import { join } from "node:path";
import { CLOUDS, type Cloud } from "../clouds.ts";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../package-json.ts";

/** The kind of an entry's default export: an MCP server, or the toolkit's own `HttpHandler`. */
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
export const listen = () => listenOnPort(endpoint, { limits });`,
};

/** On Lambda a role comes with the function; elsewhere an instance has to prove to AWS who it is. */
const IDENTITY_TOKEN: Readonly<Record<Cloud, { readonly source: string; readonly argument: string }>> = {
  aws: { source: "", argument: "" },
  azure: { source: `import { identityToken } from "mcp-anycloud/azure";\n`, argument: ", identityToken" },
  gcp: { source: `import { identityToken } from "mcp-anycloud/gcp";\n`, argument: ", identityToken" },
};

/** Lambda gives a whole core to the time before the first request, and a part of one to the time after. */
const WARM_UP: Readonly<Record<Cloud, string>> = {
  aws: `
import { warmUp } from "mcp-anycloud/adapter";
await warmUp();`,
  azure: "",
  gcp: "",
};

/** The platform's own database, besides the table in AWS that every cloud can use. */
interface NativeStore {
  readonly imports: string;
  /** Table of settings besides those of every server. */
  readonly settings?: string;
  /** The store of the platform, where one is set. */
  readonly open?: string;
}

const NATIVE_STORE: Readonly<Record<Cloud, NativeStore>> = {
  aws: { imports: "" },
  azure: {
    imports: `import { openStorageTable, STORAGE_TABLE_SETTINGS } from "mcp-anycloud/azure/table-storage";\n`,
    settings: "STORAGE_TABLE_SETTINGS",
    open: "openStorageTable(config)",
  },
  gcp: {
    imports: `import { FIRESTORE_SETTINGS, openFirestore } from "mcp-anycloud/gcp/firestore";\n`,
    settings: "FIRESTORE_SETTINGS",
    open: "openFirestore(config)",
  },
};

/** Wraps the store and the endpoint where `dev` observes them. */
interface Wrapping {
  readonly source: string;
  readonly wrap: (name: "observedStore" | "observedEndpoint", expression: string) => string;
}

const wrapping = (observed: boolean): Wrapping =>
  observed
    ? {
        source: `import { observedEndpoint, observedStore } from ${JSON.stringify(ownModule("cli", "dev", "observer", "observer"))};\n`,
        wrap: (name, expression) => `${name}(${expression})`,
      }
    : { source: "", wrap: (_name, expression) => expression };

/** The work queue of a platform, for servers with tasks. */
interface JobsSource {
  readonly imports: string;
  /** Tables of settings besides those of every server. */
  readonly settings?: string;
  /** Opens the queue, behind the configuration. */
  readonly open: string;
  readonly exports: string;
}

const JOBS: Readonly<Record<Cloud, JobsSource>> = {
  aws: {
    imports: `import { createLambdaJobs } from "mcp-anycloud/aws/jobs";\n`,
    open: "const { workQueue, takeJob } = createLambdaJobs();\n",
    exports: `
import { toBufferedLambda, toLambda } from "mcp-anycloud/aws";
export const handler = toLambda(endpoint, { takeJob });
export const bufferedHandler = toBufferedLambda(endpoint, { takeJob });`,
  },
  azure: {
    imports: `import { createStorageQueueJobs, STORAGE_QUEUE_SETTINGS } from "mcp-anycloud/azure/jobs";\n`,
    settings: "STORAGE_QUEUE_SETTINGS",
    open: "const { workQueue, takeJobs } = createStorageQueueJobs(config);\n",
    exports: `
import { toAzureFunctions } from "mcp-anycloud/azure";
toAzureFunctions(endpoint);
takeJobs(endpoint);`,
  },
  gcp: {
    imports: `import { CLOUD_TASKS_SETTINGS, createCloudTasksJobs } from "mcp-anycloud/gcp/jobs";\n`,
    settings: "CLOUD_TASKS_SETTINGS",
    open: "const { workQueue, takingJobs } = createCloudTasksJobs(config);\n",
    exports: `
import { toCloudRun } from "mcp-anycloud/gcp";
import { listenOnPort } from "mcp-anycloud/gcp/container";
export const mcp = toCloudRun(takingJobs(endpoint));
export const listen = () => listenOnPort(takingJobs(endpoint), { limits });`,
  },
};

function serverSource(
  cloud: Cloud,
  { source, wrap }: Wrapping,
  jobs: JobsSource | undefined,
  hasTelemetry: boolean,
): string {
  const native = NATIVE_STORE[cloud];
  const tables = ["AWS_SETTINGS", native.settings, jobs?.settings].filter((table) => table !== undefined);
  const settings = tables.length > 1 ? `{ ${tables.map((table) => `...${table}`).join(", ")} }` : tables[0];
  const table = `openConfiguredStore(config${IDENTITY_TOKEN[cloud].argument})`;
  const store = native.open ? `${native.open} ?? ${table}` : table;
  return `
import { createMcpEndpoint } from "mcp-anycloud";
import { readConfig } from "mcp-anycloud/adapter";
import { platformIdentities } from "mcp-anycloud/${cloud}";
import { openConfiguredStore } from "mcp-anycloud/aws/dynamodb";
import { AWS_SETTINGS } from "mcp-anycloud/aws/settings";
import { openConfiguredStateKeys } from "mcp-anycloud/aws/state-keys";
${native.imports}${hasTelemetry ? 'import { openTelemetry } from "mcp-anycloud/telemetry";\n' : ""}${jobs?.imports ?? ""}${IDENTITY_TOKEN[cloud].source}${source}const config = readConfig(process.env, ${settings});
${jobs?.open ?? ""}const store = ${wrap("observedStore", store)};
const stateKeys = openConfiguredStateKeys(config${IDENTITY_TOKEN[cloud].argument});
const endpoint = ${wrap("observedEndpoint", `createMcpEndpoint(entry, { config, store, stateKeys, platformIdentities${jobs ? ", workQueue" : ""}${hasTelemetry ? ", telemetry: openTelemetry()" : ""} })`)};
const limits = config;`;
}

const HANDLER = `
const endpoint = entry;
const limits = undefined;`;

/** Parts of the entry module that not every artefact has. */
export interface EntryParts {
  /** Tells `dev` how each request is served. Default false. */
  readonly observed?: boolean;
  /** The server has tasks, which need the platform's queue. Default false. */
  readonly hasTasks?: boolean;
  /** The project depends on OpenTelemetry's API, through which the server is observed. Default false. */
  readonly hasTelemetry?: boolean;
}

/** The module that is bundled for a cloud: it hands the user's default export to the cloud's adapter. */
export function entrySource(
  entry: string,
  kind: EntryKind,
  cloud: Cloud,
  { observed = false, hasTasks = false, hasTelemetry = false }: EntryParts = {},
): string {
  const isServer = kind === "server";
  const jobs = isServer && hasTasks ? JOBS[cloud] : undefined;
  const endpoint = isServer ? serverSource(cloud, wrapping(observed), jobs, hasTelemetry) : HANDLER;
  return `${importOf(entry)}${endpoint}${jobs?.exports ?? EXPORTS[cloud]}${isServer ? WARM_UP[cloud] : ""}\n`;
}

/** A module that exports what asks the sources of a gateway for their tools. */
export const lockSource = (entry: string): string => `${importOf(entry)}
import { lockTools } from "mcp-anycloud/sources";
export const lock = () => lockTools(entry);
`;

/**
 * A module without any adapter: it throws when the default export is not a server, and exports what it takes to call it. It
 * offers the identities of every cloud, because an environment that suits one cloud must not fail a check that concerns none.
 */
export function checkSource(entry: string): string {
  const identities = CLOUDS.map(
    (cloud) => `import { platformIdentities as ${cloud} } from ${JSON.stringify(identityModule(cloud))};`,
  );
  return `${importOf(entry)}
import { createMcpEndpoint, createMemoryStore } from "mcp-anycloud";
import { readConfig } from "mcp-anycloud/adapter";
import { ADAPTER_SETTINGS } from ${JSON.stringify(ownModule("cli", "settings"))};
${identities.join("\n")}
const config = readConfig(process.env, ADAPTER_SETTINGS);
const hasStore = [config.table, config.storageTable, config.firestoreDatabase].some((name) => name !== undefined);
const store = hasStore ? createMemoryStore() : undefined;
createMcpEndpoint(entry, { config, store, platformIdentities: [${CLOUDS.map((cloud) => `...${cloud}`).join(", ")}] });
export const hasCallers = Boolean(entry.verifier ?? config.tokenIssuers ?? config.platformIdentity);
export { entry, createMcpEndpoint, readConfig };\n`;
}

const importOf = (entry: string): string => `import entry from ${JSON.stringify(entry)};`;

/** By path: no entry point of the package holds a cloud's identities without its adapter. */
const identityModule = (cloud: Cloud): string => ownModule("adapters", cloud, "identity");

/** Path of a module of this package. */
const ownModule = (...names: readonly string[]): string =>
  RUNS_FROM_SOURCE ? `${join(PACKAGE_FOLDER, ...names)}.ts` : `${join(PACKAGE_FOLDER, "lib", ...names)}.js`;
