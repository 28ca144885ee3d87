import { AnycloudError, type Config, type HttpHandler, type WorkQueue } from "../../../src/adapter.ts";
import { createAccessToken } from "../../shared/access-token.ts";
import { toJobMessage } from "../../shared/jobs.ts";
import { createMessagePoster } from "../../shared/post-message.ts";
import { googleIam, readGoogleIam } from "../identity.ts";
import { readServiceAccount } from "../metadata-server.ts";
import { googleApis } from "./google-apis.ts";
import { JOB_PATH, takeJobs } from "./job-request.ts";
import { createSenderCheck } from "./sender-check.ts";
import type { CloudTasksConfig } from "./settings.ts";

export { CLOUD_TASKS_SETTINGS } from "./settings.ts";

/** The jobs of a service: the way out, and the way in. */
export interface CloudTasksJobs {
  /** Undefined where no queue is set: an instance then works on the tasks whose calls it took. */
  readonly workQueue: WorkQueue | undefined;
  /** Adds to the handler of an endpoint the path to which Cloud Tasks sends jobs. */
  takingJobs(handler: HttpHandler): HttpHandler;
}

/** "The schedule time … can be up to 30 days" ahead ("Quotas and limits"); the job of a longer sleep is handed on then. */
const MAX_DELAY_MS = 29 * 24 * 3_600_000;
/** "Deadline for HTTP tasks … must be in the interval [15 seconds, 30 minutes]"; the service's own timeout ends it earlier. */
const DISPATCH_DEADLINE = "1800s";

/**
 * Hands jobs to Cloud Tasks, which sends them to this service with a token of the service's own account. The account needs
 * `roles/cloudtasks.enqueuer` on the queue and `roles/iam.serviceAccountUser` on itself. Throws CONFIG_INVALID.
 */
export function createCloudTasksJobs(
  { cloudTasksQueue, cloudTasksUrl, platformIdentity }: CloudTasksConfig & Pick<Config, "platformIdentity">,
  environment: NodeJS.ProcessEnv = process.env,
): CloudTasksJobs {
  if (!cloudTasksQueue && !cloudTasksUrl) return { workQueue: undefined, takingJobs: (handler) => handler };
  if (!cloudTasksQueue || !cloudTasksUrl) throw new AnycloudError("CONFIG_INVALID", BOTH);
  const { tasksUrl, keysUrl } = googleApis(environment);
  const accessToken = createAccessToken(() => readServiceAccount("token"));
  const account = createAccount();
  const post = createMessagePoster({
    url: new URL(`v2/${cloudTasksQueue}/tasks`, tasksUrl),
    name: `The Cloud Tasks queue ${cloudTasksQueue}`,
    accepted: 200,
    refusals: {
      400: "see the cause for what is wrong",
      401: "give the service an account",
      403: "give the service's account roles/cloudtasks.enqueuer on it, and roles/iam.serviceAccountUser on itself",
      404: "correct MCP_ANYCLOUD_CLOUD_TASKS_QUEUE, or make the queue",
    },
  });
  const workQueue: WorkQueue = {
    async submit({ taskId, delayMs = 0 }) {
      const headers = async (): Promise<Record<string, string>> => ({
        "content-type": "application/json",
        authorization: `Bearer ${await accessToken()}`,
      });
      const task = {
        httpRequest: {
          url: `${cloudTasksUrl}${JOB_PATH}`,
          httpMethod: "POST",
          headers: { "content-type": "application/json" },
          body: Buffer.from(JSON.stringify(toJobMessage(taskId))).toString("base64"),
          oidcToken: { serviceAccountEmail: await account(), audience: cloudTasksUrl },
        },
        dispatchDeadline: DISPATCH_DEADLINE,
        ...(delayMs > 0 && { scheduleTime: new Date(Date.now() + Math.min(delayMs, MAX_DELAY_MS)).toISOString() }),
      };
      await post({ headers, body: JSON.stringify({ task }) });
    },
  };
  const isSender = createSenderCheck({
    audience: cloudTasksUrl,
    account,
    keysUrl,
    // Cloud Run removes the signatures that its IAM has checked; without IAM, anybody can write such a token.
    readChecked: platformIdentity === googleIam.kind && environment.K_SERVICE ? readGoogleIam : undefined,
  });
  return { workQueue, takingJobs: (handler) => takeJobs(handler, { queue: workQueue, isSender }) };
}

/** The e-mail address of the service's account, which does not change while an instance lives. */
function createAccount(): () => Promise<string> {
  let email: Promise<string> | undefined;
  return () => {
    email ??= readServiceAccount("email").catch((cause: unknown) => {
      email = undefined;
      throw new AnycloudError("QUEUE_UNAVAILABLE", NO_ACCOUNT, { cause });
    });
    return email;
  };
}

const BOTH =
  "MCP_ANYCLOUD_CLOUD_TASKS_QUEUE and MCP_ANYCLOUD_CLOUD_TASKS_URL work together only: set both, or neither.";
const NO_ACCOUNT =
  "Google's metadata server does not name the account of this service, without which Cloud Tasks cannot send it jobs: run the service on Google Cloud with a service account.";
