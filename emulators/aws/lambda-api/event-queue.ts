import { setTimeout as sleep } from "node:timers/promises";
import type { LambdaFunction } from "../runtime/lambda-function.ts";

export interface EventQueueOptions {
  /** Factor for the platform's times. */
  readonly timeScale: number;
  readonly log: (line: string) => void;
}

/** Events of asynchronous invocations. */
export interface EventQueue {
  /** `payload` is JSON. */
  add(payload: string, requestId: string): void;
}

/** "If the function returns an error, Lambda attempts to run it two more times, with a one-minute wait … and two minutes." */
const RETRY_MS = [60_000, 120_000];
/** Throttled events are tried again "for up to 6 hours", first after a second. */
const THROTTLED_MS = 1_000;
/**
 * "The event queue is eventually consistent", so that a function "might receive the same event more than once" ("Error
 * handling for asynchronous invocation"): here every tenth one.
 */
const DOUBLED = 10;

/** Lambda's queue of events, in front of a function. Events that fail three times are dropped, and logged. */
export function createEventQueue(lambda: LambdaFunction, { timeScale, log }: EventQueueOptions): EventQueue {
  let count = 0;

  async function deliver(payload: string, requestId: string): Promise<void> {
    for (let failures = 0; ; ) {
      const outcome = await lambda.invoke(JSON.parse(payload), requestId);
      if (outcome.kind === "refused") {
        await sleep(THROTTLED_MS * timeScale, undefined, { ref: false });
        continue;
      }
      if (outcome.kind === "buffered" || (outcome.kind !== "failed" && (await isWhole(outcome.body)))) return;
      const retryMs = RETRY_MS[failures++];
      if (retryMs === undefined)
        return log(`The event of ${requestId} failed three times, and has no dead-letter destination.`);
      await sleep(retryMs * timeScale, undefined, { ref: false });
    }
  }

  return {
    add(payload, requestId) {
      count++;
      const copies = count % DOUBLED === 0 ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) void deliver(payload, requestId).catch((error) => log(String(error)));
    },
  };
}

async function isWhole(body: AsyncIterable<unknown>): Promise<boolean> {
  try {
    for await (const _ of body);
    return true;
  } catch {
    return false;
  }
}
