/** The time by AWS's clock, in milliseconds. */
export interface AwsClock {
  now(): number;
  /** Takes the time from the headers of an answer to what was sent at `sentAt`, by the clock of this machine. */
  learn(headers: { readonly date?: string | undefined; readonly age?: string | undefined }, sentAt: number): void;
}

/** An instance that was frozen meanwhile reads an answer long after it was given. */
const FRESH_MS = 60_000;

/**
 * Begins with the clock of this machine, and is set by every answer, as AWS's client does it: a signature is mostly good for
 * five minutes (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html), and whoever is refused for
 * that signs the next attempt with the right time.
 */
export function createAwsClock(): AwsClock {
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    learn({ date = "", age }, sentAt) {
      const [time, received] = [Date.parse(date), Date.now()];
      // `Age` is what a cache says, of an answer that is not new.
      if (Number.isNaN(time) || age !== undefined || received - sentAt > FRESH_MS) return;
      offsetMs = time - received;
    },
  };
}
