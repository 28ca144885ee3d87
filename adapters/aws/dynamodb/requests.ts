import { type FailureKind, withRetries } from "../../shared/retries/retry.ts";
import type { AwsClientOptions, CallOptions } from "../client/aws-client.ts";
import { kindOf } from "../client/failure.ts";
import { createLazyAwsClient } from "../client/lazy-client.ts";
import { createDynamodbClient, type DynamodbClient } from "./dynamodb-client.ts";
import { toTableFailure } from "./failure.ts";

export interface RequestOptions extends Omit<AwsClientOptions, "service"> {
  /** Name of the table. */
  readonly table: string;
  /** Milliseconds that the first attempt may take; each further one may take twice as long. Default 4000. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds after which a request to DynamoDB fails, whatever was tried. Default 12,000. */
  readonly timeoutMs?: number;
}

/** One request to DynamoDB. `unsure`: an earlier attempt may have been applied, and may even be applied later. */
type Operation<Output> = (client: DynamodbClient, options: CallOptions, unsure: boolean) => Promise<Output>;

/** The end of a conditional write. A condition that fails after an unsure attempt may have failed because of it. */
type Attempted<Output> = { readonly output: Output } | { readonly output?: never; readonly unsure: boolean };

/** Every request throws STORE_UNAVAILABLE or STORE_MISCONFIGURED. */
export interface Requests {
  /** Sends a request without a condition, and repeats it while that may help. */
  send<Output>(operation: Operation<Output>): Promise<Output>;
  /** Sends a request without a condition a single time. */
  sendOnce<Output>(operation: Operation<Output>): Promise<Output>;
  /** Sends a conditional write, and repeats it while that may help. */
  attempt<Output>(operation: Operation<Output>): Promise<Attempted<Output>>;
  /** Sends a conditional write that must not be applied twice, and repeats it only if it was not applied. */
  attemptOnce<Output>(operation: Operation<Output>): Promise<Attempted<Output>>;
}

/** Most attempts, by the kind of the last failure. */
type Attempts = Readonly<Record<FailureKind, number>>;

const REPEATED: Attempts = {
  throttled: Number.POSITIVE_INFINITY,
  "not applied": 4,
  unsure: 4,
  condition: 1,
  refused: 1,
};
const NEVER_TWICE: Attempts = { ...REPEATED, unsure: 1 };
const SINGLE: Attempts = { throttled: 1, "not applied": 1, unsure: 1, condition: 1, refused: 1 };

export function createRequests(options: RequestOptions): Requests {
  const { table, attemptTimeoutMs = 4_000, timeoutMs = 12_000, region, endpoint, webIdentity } = options;
  const call = createLazyAwsClient({ service: "dynamodb", region, endpoint, webIdentity });
  const client = createDynamodbClient(call, table);

  async function attempt<Output>(operation: Operation<Output>, attempts: Attempts): Promise<Attempted<Output>> {
    const once = attempts === NEVER_TWICE;
    // A single attempt has all the time.
    const rules = { attemptTimeoutMs: once ? timeoutMs : attemptTimeoutMs, timeoutMs, attempts, kindOf };
    let afterUnsure = false;
    try {
      const output = await withRetries(rules, (signal, unsure) => {
        afterUnsure = unsure;
        return operation(client, { signal, once }, unsure);
      });
      return { output };
    } catch (error) {
      if (kindOf(error) === "condition") return { unsure: afterUnsure };
      throw toTableFailure(error, table);
    }
  }

  async function unconditional<Output>(operation: Operation<Output>, attempts: Attempts): Promise<Output> {
    const attempted = await attempt(operation, attempts);
    // Without a condition there is none that fails.
    return (attempted as { output: Output }).output;
  }

  return {
    send: (operation) => unconditional(operation, REPEATED),
    sendOnce: (operation) => unconditional(operation, SINGLE),
    attempt: (operation) => attempt(operation, REPEATED),
    attemptOnce: (operation) => attempt(operation, NEVER_TWICE),
  };
}
