import { app, type InvocationContext } from "@azure/functions";
import { AnycloudError, catchErrors, type HttpHandler, type WorkQueue } from "../../../src/adapter.ts";
import { createAccessToken } from "../../shared/access-token.ts";
import { createInFlight } from "../../shared/in-flight.ts";
import { taskIdIn, toJobMessage, workOnJob } from "../../shared/jobs.ts";
import { createMessagePoster } from "../../shared/post-message.ts";
import { GRACE } from "../entry.ts";
import { readFunctionTimeoutMs } from "../function-timeout.ts";
import { readIdentityToken } from "../identity-token.ts";
import { openInvocation } from "../invocation.ts";
import type { StorageQueueConfig } from "./settings.ts";

export { STORAGE_QUEUE_SETTINGS } from "./settings.ts";

/** The jobs of a function app: the way out, and the way in. */
export interface StorageQueueJobs {
  /** Undefined where no queue is set: an instance then works on the tasks whose calls it took. */
  readonly workQueue: WorkQueue | undefined;
  /** Registers the function that takes jobs from the queue and gives them to an endpoint. */
  takeJobs(handler: HttpHandler): void;
}

/** The connection that every function app has (functions-reference, "Connecting to host storage with an identity"). */
const CONNECTION = "AzureWebJobsStorage";
/** The first version of the Queue service that takes Entra's tokens is 2017-11-09. */
const API_VERSION = "2021-12-02";
/** "The visibility timeout … can be up to 7 days" (Put Message); the job of a longer sleep is handed on then. */
const MAX_DELAY_SECONDS = 604_800;

/**
 * Hands jobs to a queue in the storage account of the function app, with the app's identity, which needs the role Storage
 * Queue Data Contributor there. Throws CONFIG_INVALID.
 */
export function createStorageQueueJobs(
  { storageQueue }: StorageQueueConfig,
  environment: NodeJS.ProcessEnv = process.env,
): StorageQueueJobs {
  if (!storageQueue) return { workQueue: undefined, takeJobs: () => {} };
  if (!environment.IDENTITY_ENDPOINT) throw new AnycloudError("CONFIG_INVALID", NO_IDENTITY);
  const accessToken = createAccessToken(() => readIdentityToken("https://storage.azure.com/"));
  const post = createMessagePoster({
    url: new URL(`${serviceUri(environment)}/${storageQueue}/messages`),
    name: `The storage queue ${storageQueue}`,
    accepted: 201,
    refusals: {
      403: "give the app's identity the role Storage Queue Data Contributor on the storage account",
      404: "make the queue, or correct MCP_ANYCLOUD_STORAGE_QUEUE",
    },
  });
  const workQueue: WorkQueue = {
    async submit({ taskId, delayMs = 0 }) {
      const seconds = Math.min(Math.ceil(delayMs / 1000), MAX_DELAY_SECONDS);
      const text = Buffer.from(JSON.stringify(toJobMessage(taskId))).toString("base64");
      await post({
        // Without a time to live a message would expire after seven days.
        query: `?visibilitytimeout=${seconds}&messagettl=-1`,
        headers: async () => ({
          authorization: `Bearer ${await accessToken()}`,
          "content-type": "application/xml",
          "x-ms-version": API_VERSION,
          "x-ms-date": new Date().toUTCString(),
        }),
        body: `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`,
      });
    },
  };
  return { workQueue, takeJobs: (handler) => register(storageQueue, workQueue, handler) };
}

function serviceUri(environment: NodeJS.ProcessEnv): string {
  const { AzureWebJobsStorage__queueServiceUri: uri, AzureWebJobsStorage__accountName: account } = environment;
  if (uri) return uri.replace(/\/$/, "");
  if (account) return `https://${account}.queue.core.windows.net`;
  throw new AnycloudError("CONFIG_INVALID", NO_ACCOUNT);
}

/** A job that throws comes again, after the `visibilityTimeout` of host.json, and after five times goes to the poison queue. */
function register(queueName: string, queue: WorkQueue, handler: HttpHandler): void {
  const serve = catchErrors(handler);
  const inFlight = createInFlight();
  app.hook.appTerminate(() => inFlight.drain(GRACE));
  const timeoutMs = readFunctionTimeoutMs(process.env, process.cwd());

  async function takeJob(message: unknown, context: InvocationContext): Promise<void> {
    // The host gives the function an object where the message is JSON.
    const taskId = taskIdIn(message);
    // A message that is no job will not become one: it is done with.
    if (taskId === undefined) return;
    const { facts, close } = openInvocation({ context, connection: undefined, timeoutMs, inFlight });
    try {
      const delayMs = await workOnJob(serve, taskId, facts);
      // A new message waits invisibly, so that no instance does, and no delivery is counted.
      if (delayMs !== undefined) await queue.submit({ taskId, delayMs });
    } finally {
      close();
    }
  }
  app.storageQueue("mcpJobs", { queueName, connection: CONNECTION, handler: takeJob });
}

const NO_IDENTITY =
  "MCP_ANYCLOUD_STORAGE_QUEUE takes a managed identity, and this function app has none (IDENTITY_ENDPOINT is not set): switch one on, or unset it.";
const NO_ACCOUNT =
  "MCP_ANYCLOUD_STORAGE_QUEUE takes a storage account to which the app's identity gives access: set AzureWebJobsStorage__accountName, or unset it.";
