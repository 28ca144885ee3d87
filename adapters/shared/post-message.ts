import { AnycloudError, monotonicMs } from "../../src/adapter.ts";
import { type Connections, createConnections, type HttpAnswer } from "./connections.ts";
import { withTimeout } from "./retries/with-timeout.ts";

/** A queue's endpoint, as its platform's API has it. */
export interface QueueApi {
  readonly url: URL;
  /** Names the queue in errors. */
  readonly name: string;
  /** The status of a message that was taken. */
  readonly accepted: number;
  /** Tells in one sentence what somebody has to correct, by the status of a refusal. */
  readonly refusals: Readonly<Record<number, string>>;
}

export interface QueueMessage {
  /** Added to the URL: `?visibilitytimeout=5`. */
  readonly query?: string;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  readonly body: string;
}

/** Milliseconds that the first attempt may take, and all attempts together. */
const ATTEMPT_MS = 2_000;
const TOTAL_MS = 5_000;
const ATTEMPTS = 3;
const BASE_DELAY_MS = 50;

/**
 * Puts messages into a queue. An attempt that failed is repeated, even if it may have been applied: a job that is delivered
 * twice does no harm. The function that it gives back throws QUEUE_UNAVAILABLE.
 */
export function createMessagePoster(api: QueueApi): (message: QueueMessage) => Promise<void> {
  let connections: Connections | undefined;

  return async ({ query = "", headers, body }) => {
    connections ??= createConnections(api.url);
    const { send } = connections;
    const giveUpAt = monotonicMs() + TOTAL_MS;
    for (let attempt = 1; ; attempt++) {
      const outcome = await withTimeout(Math.min(ATTEMPT_MS * attempt, giveUpAt - monotonicMs()), async (signal) =>
        send(await headers(), body, { signal, fresh: false, target: query }),
      ).catch((error: Error) => error);
      if (!(outcome instanceof Error) && outcome.status === api.accepted) return;
      const delayMs = Math.random() * BASE_DELAY_MS * 4 ** attempt;
      if (attempt === ATTEMPTS || !isTransient(outcome) || monotonicMs() + delayMs >= giveUpAt)
        throw failure(api, outcome);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  };
}

const isTransient = (outcome: HttpAnswer | Error): boolean =>
  outcome instanceof Error
    ? !(outcome instanceof AnycloudError && outcome.code === "STORE_MISCONFIGURED")
    : outcome.status === 429 || outcome.status >= 500;

function failure({ name, refusals }: QueueApi, outcome: HttpAnswer | Error): AnycloudError {
  if (outcome instanceof Error) {
    const message = `${name} could not be reached to go on with a task: ${outcome.message.replace(/\.?$/, ".")}`;
    return new AnycloudError("QUEUE_UNAVAILABLE", message, { cause: outcome });
  }
  const { status, text } = outcome;
  const what = refusals[status] ?? "try again, and see the cause";
  return new AnycloudError("QUEUE_UNAVAILABLE", `${name} did not take a job (status ${status}): ${what}.`, {
    cause: new Error(text.slice(0, 1_000)),
  });
}
