import { AnycloudError, type WorkQueue } from "../../../src/adapter.ts";
import { toJobMessage } from "../../shared/jobs.ts";
import { REPEATABLE, withRetries } from "../../shared/retries/retry.ts";
import { kindOf } from "../client/failure.ts";
import { createLazyAwsClient } from "../client/lazy-client.ts";
import { createTakeJob, type TakeJob } from "./job-event.ts";

/** The jobs of a function: the way in, and the way out. */
export interface LambdaJobs {
  readonly workQueue: WorkQueue;
  /** For `toLambda` and `toBufferedLambda`. */
  readonly takeJob: TakeJob;
}

/** A job may be delivered twice. */
const RULES = { ...REPEATABLE, kindOf };

/**
 * Hands jobs to Lambda: the function invokes itself asynchronously, in the version that sends. Its role needs
 * `lambda:InvokeFunction` on itself. Throws CONFIG_INVALID outside Lambda.
 */
export function createLambdaJobs(environment: NodeJS.ProcessEnv = process.env): LambdaJobs {
  const { AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_FUNCTION_VERSION: version } = environment;
  if (!name) throw new AnycloudError("CONFIG_INVALID", NOT_LAMBDA);
  const qualifier = version && version !== "$LATEST" ? `?Qualifier=${version}` : "";
  const path = `2015-03-31/functions/${encodeURIComponent(name)}/invocations${qualifier}`;
  const invoke = createLazyAwsClient({ service: "lambda", path });
  const workQueue: WorkQueue = {
    async submit({ taskId }) {
      try {
        await withRetries(RULES, (signal) => invoke("Event", toJobMessage(taskId), { signal }));
      } catch (cause) {
        throw new AnycloudError("QUEUE_UNAVAILABLE", NOT_INVOKED, { cause });
      }
    },
  };
  return { workQueue, takeJob: createTakeJob(workQueue) };
}

const NOT_LAMBDA =
  "The jobs of tasks are invocations of a Lambda function by itself, and this process is none: AWS_LAMBDA_FUNCTION_NAME is not set.";
const NOT_INVOKED =
  "The function could not invoke itself to go on with a task: allow its role lambda:InvokeFunction on it; the cause says more.";
