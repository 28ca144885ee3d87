import type { Cloud } from "../clouds.ts";

export const EXPORTS: Readonly<Record<Cloud, string>> = {
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
export const listen = () => listenOnPort(endpoint, { limits, state });`,
};

/** On Lambda a role comes with the function; elsewhere an instance has to prove to AWS who it is. */
export const IDENTITY_TOKEN: Readonly<Record<Cloud, { readonly source: string; readonly argument: string }>> = {
  aws: { source: "", argument: "" },
  azure: { source: `import { identityToken } from "mcp-anycloud/azure";\n`, argument: ", identityToken" },
  gcp: { source: `import { identityToken } from "mcp-anycloud/gcp";\n`, argument: ", identityToken" },
};

/** Lambda gives a whole core to the time before the first request, and a part of one to the time after. */
export const WARM_UP: Readonly<Record<Cloud, string>> = {
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

export const NATIVE_STORE: Readonly<Record<Cloud, NativeStore>> = {
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

/** The work queue of a platform, for servers with tasks. */
export interface JobsSource {
  readonly imports: string;
  /** Tables of settings besides those of every server. */
  readonly settings?: string;
  /** Opens the queue, behind the configuration. */
  readonly open: string;
  readonly exports: string;
}

export const JOBS: Readonly<Record<Cloud, JobsSource>> = {
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
export const listen = () => listenOnPort(takingJobs(endpoint), { limits, state });`,
  },
};
