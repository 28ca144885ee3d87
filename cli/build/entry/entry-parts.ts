import type { Platform } from "../../clouds.ts";
import { ownModule } from "../../own-module.ts";

const CONTAINER = `
import { listenOnPort } from "mcp-anycloud/gcp/container";
export const listen = () => listenOnPort(endpoint, { limits, state });`;

export const EXPORTS: Readonly<Record<Platform, string>> = {
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
export const mcp = toCloudRun(endpoint);${CONTAINER}`,
  container: CONTAINER,
};

/** On Lambda a role comes with the function; elsewhere an instance has to prove to AWS who it is. */
export const IDENTITY_TOKEN: Readonly<Record<Platform, { readonly source: string; readonly argument: string }>> = {
  aws: { source: "", argument: "" },
  azure: { source: `import { identityToken } from "mcp-anycloud/azure";\n`, argument: ", identityToken" },
  gcp: { source: `import { identityToken } from "mcp-anycloud/gcp";\n`, argument: ", identityToken" },
  // Azure says that there is an identity, and Google's endpoint is always the same. On AWS nothing asks for a token.
  container: {
    source: `
import { hasManagedIdentity, identityToken as azureToken } from ${JSON.stringify(ownModule("adapters/azure/identity-token"))};
import { identityToken as googleToken } from "mcp-anycloud/gcp";
const identityToken = hasManagedIdentity(process.env) ? azureToken : googleToken;
`,
    argument: ", identityToken",
  },
};

/** Lambda gives a whole core to the time before the first request, and a part of one to the time after. */
export const WARM_UP: Readonly<Record<Platform, string>> = {
  aws: `
import { warmUp } from "mcp-anycloud/adapter";
await warmUp();`,
  azure: "",
  gcp: "",
  container: "",
};

/** The platform's own databases and secrets, besides those in AWS that every cloud can use. */
interface NativeState {
  readonly imports: string;
  /** Tables of settings besides those of every server. */
  readonly settings: readonly string[];
  /** The stores of the platform; the first one that is set is taken. */
  readonly openStore: readonly string[];
  /** Its key rings, in the same way. */
  readonly openKeys: readonly string[];
}

const AZURE: NativeState = {
  imports: `import { KEY_VAULT_SETTINGS, openKeyVaultKeys } from "mcp-anycloud/azure/key-vault";
import { openStorageTable, STORAGE_TABLE_SETTINGS } from "mcp-anycloud/azure/table-storage";\n`,
  settings: ["STORAGE_TABLE_SETTINGS", "KEY_VAULT_SETTINGS"],
  openStore: ["openStorageTable(config)"],
  openKeys: ["openKeyVaultKeys(config)"],
};
const GCP: NativeState = {
  imports: `import { FIRESTORE_SETTINGS, openFirestore } from "mcp-anycloud/gcp/firestore";
import { openSecretManagerKeys, SECRET_MANAGER_SETTINGS } from "mcp-anycloud/gcp/secret-manager";\n`,
  settings: ["FIRESTORE_SETTINGS", "SECRET_MANAGER_SETTINGS"],
  openStore: ["openFirestore(config)"],
  openKeys: ["openSecretManagerKeys(config)"],
};

export const NATIVE_STATE: Readonly<Record<Platform, NativeState>> = {
  aws: { imports: "", settings: [], openStore: [], openKeys: [] },
  azure: AZURE,
  gcp: GCP,
  container: {
    imports: AZURE.imports + GCP.imports,
    settings: [...AZURE.settings, ...GCP.settings],
    openStore: [...AZURE.openStore, ...GCP.openStore],
    openKeys: [...AZURE.openKeys, ...GCP.openKeys],
  },
};

/** The work queue of a platform, for servers with tasks. */
export interface JobsSource {
  readonly imports: string;
  /** Tables of settings besides those of every server. */
  readonly settings?: string;
  /** Opens the queue, behind the configuration. */
  readonly open: string;
  readonly exports: string;
}

/** The queue of a container. Where none is set, an instance works on the tasks whose calls it took. */
const CLOUD_TASKS: JobsSource = {
  imports: `import { CLOUD_TASKS_SETTINGS, createCloudTasksJobs } from "mcp-anycloud/gcp/jobs";\n`,
  settings: "CLOUD_TASKS_SETTINGS",
  open: "const { workQueue, takingJobs } = createCloudTasksJobs(config);\n",
  exports: `
import { listenOnPort } from "mcp-anycloud/gcp/container";
export const listen = () => listenOnPort(takingJobs(endpoint), { limits, state });`,
};

export const JOBS: Readonly<Record<Platform, JobsSource>> = {
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
    ...CLOUD_TASKS,
    exports: `
import { toCloudRun } from "mcp-anycloud/gcp";
export const mcp = toCloudRun(takingJobs(endpoint));${CLOUD_TASKS.exports}`,
  },
  container: CLOUD_TASKS,
};
