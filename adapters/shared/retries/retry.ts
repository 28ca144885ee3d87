import { monotonicMs } from "../../../src/adapter.ts";
import { withTimeout } from "./with-timeout.ts";

/** The meaning of a failed call for a caller that would repeat it. */
export type FailureKind =
  /** The condition of the write does not hold. */
  | "condition"
  /** The service had no capacity for the call and did not apply it. */
  | "throttled"
  /** The call was not applied, and may succeed the next time. */
  | "not applied"
  /** The call may have been applied or not. */
  | "unsure"
  /** The call will fail the next time as well. */
  | "refused";

export interface RetryRules {
  /** Milliseconds that the first attempt may take; each further one may take twice as long, because the service is slow. */
  readonly attemptTimeoutMs: number;
  /** Milliseconds after which a call fails, whatever was tried. */
  readonly timeoutMs: number;
  /** Most attempts, by the kind of the last failure. */
  readonly attempts: Readonly<Record<FailureKind, number>>;
  /** Classifies a failure. */
  readonly kindOf: (error: unknown) => FailureKind;
}

/** Limits of a request to a service of a cloud that does no harm when it is carried out twice. */
export const REPEATABLE: Omit<RetryRules, "kindOf"> = {
  attemptTimeoutMs: 2_000,
  timeoutMs: 5_000,
  attempts: { throttled: 3, "not applied": 3, unsure: 3, condition: 1, refused: 1 },
};

/** `unsure`: an earlier attempt may have been applied, and may even be applied later. */
export type Attempt<Output> = (signal: AbortSignal, unsure: boolean) => Promise<Output>;

const BASE_DELAY_MS = 25;
const MAX_DELAY_MS = 1_000;
/** With less time left there is no further attempt: cut off, it would leave unknown what the last failure said. */
const LEAST_ATTEMPT_MS = 100;

/**
 * Repeats an attempt while the rules allow it, after a random delay whose limit doubles each time
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter"). Throws the last failure.
 */
export async function withRetries<Output>(rules: RetryRules, attempt: Attempt<Output>): Promise<Output> {
  const deadline = monotonicMs() + rules.timeoutMs;
  let unsure = false;
  for (let attempts = 1; ; attempts++) {
    try {
      const limitMs = Math.min(rules.attemptTimeoutMs * 2 ** (attempts - 1), deadline - monotonicMs());
      return await withTimeout(limitMs, (signal) => attempt(signal, unsure));
    } catch (error) {
      const kind = rules.kindOf(error);
      unsure ||= kind === "unsure";
      const delayMs = Math.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempts);
      if (attempts >= rules.attempts[kind] || monotonicMs() + delayMs > deadline - LEAST_ATTEMPT_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
