import { monotonicMs } from "../../../src/adapter.ts";
import { withTimeout } from "../../shared/with-timeout.ts";
import { plainRegion } from "../client/aws-access.ts";
import type { DynamodbClient, DynamodbClientOptions } from "./dynamodb-client.ts";
import { type FailureKind, kindOf, toUnavailable } from "./failure.ts";

export interface RequestOptions extends DynamodbClientOptions {
  /** Milliseconds one attempt may take. Default 2000. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds after which a request to DynamoDB fails, whatever was tried. Default 5000. */
  readonly timeoutMs?: number;
}

/** One request of DynamoDB. `unsure`: an earlier attempt may have been applied, and may even be applied later. */
type Operation<Output> = (client: DynamodbClient, signal: AbortSignal, unsure: boolean) => Promise<Output>;

/** How a conditional write ended. When its condition fails after an unsure attempt, that may be its own doing. */
type Attempted<Output> = { readonly output: Output } | { readonly output?: never; readonly unsure: boolean };

export interface Requests {
  /** Sends a request without a condition, again while that may help. Throws STORE_UNAVAILABLE. */
  send<Output>(operation: Operation<Output>): Promise<Output>;
  /** Sends a request without a condition a single time. Throws STORE_UNAVAILABLE. */
  sendOnce<Output>(operation: Operation<Output>): Promise<Output>;
  /** Sends a conditional write, again while that may help. Throws STORE_UNAVAILABLE. */
  attempt<Output>(operation: Operation<Output>): Promise<Attempted<Output>>;
  /** Sends a conditional write that must not be applied twice, again only if it was not applied. Throws STORE_UNAVAILABLE. */
  attemptOnce<Output>(operation: Operation<Output>): Promise<Attempted<Output>>;
}

/** By what went wrong, how many attempts are made at most. */
type Patience = Readonly<Record<Exclude<FailureKind, "condition">, number>>;

const PATIENT: Patience = { throttled: Number.POSITIVE_INFINITY, "not applied": 4, unsure: 4, refused: 1 };
const CAREFUL: Patience = { ...PATIENT, unsure: 1 };
const IMPATIENT: Patience = { throttled: 1, "not applied": 1, unsure: 1, refused: 1 };

const BASE_DELAY_MS = 25;
const MAX_DELAY_MS = 1_000;

/** Requests with time limits and, with full jitter between them, attempts. Loads the client with the first. */
export function createRequests(options: RequestOptions): Requests {
  const { table, attemptTimeoutMs = 2_000, timeoutMs = 5_000 } = options;
  let client: Promise<DynamodbClient> | undefined;

  async function attempt<Output>(operation: Operation<Output>, patience: Patience): Promise<Attempted<Output>> {
    client ??= loadClient(options);
    const loaded = await client.catch((error: unknown) => {
      client = undefined;
      throw toUnavailable(error, table);
    });
    const deadline = monotonicMs() + timeoutMs;
    let unsure = false;
    for (let attempts = 1; ; attempts++) {
      try {
        const limitMs = Math.min(attemptTimeoutMs, deadline - monotonicMs());
        return { output: await withTimeout(limitMs, (signal) => operation(loaded, signal, unsure)) };
      } catch (error) {
        const kind = kindOf(error);
        if (kind === "condition") return { unsure };
        unsure ||= kind === "unsure";
        const delayMs = Math.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempts);
        if (attempts >= patience[kind] || monotonicMs() + delayMs >= deadline) throw toUnavailable(error, table);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  async function unconditional<Output>(operation: Operation<Output>, patience: Patience): Promise<Output> {
    const attempted = await attempt(operation, patience);
    // Without a condition there is none that fails.
    return (attempted as { output: Output }).output;
  }

  return {
    send: (operation) => unconditional(operation, PATIENT),
    sendOnce: (operation) => unconditional(operation, IMPATIENT),
    attempt: (operation) => attempt(operation, PATIENT),
    attemptOnce: (operation) => attempt(operation, CAREFUL),
  };
}

/** AWS's client where it is needed, which takes three times as long to its first answer (aws-requests.ts). */
async function loadClient(options: DynamodbClientOptions): Promise<DynamodbClient> {
  const region = plainRegion(options);
  if (region === undefined) return (await import("../client/aws-clients.ts")).createDynamodbClient(options);
  return (await import("../client/aws-requests.ts")).createDynamodbClient({ ...options, region });
}
