import type { AnycloudError } from "../../../src/adapter.ts";
import { type FailureKind, REPEATABLE, withRetries } from "../retries/retry.ts";

/** A text that a platform keeps. */
export interface Secret {
  /** Names the secret in errors. */
  readonly name: string;
  /** Reads the text of the newest version, in one attempt; undefined when it holds no text. */
  readonly read: (signal: AbortSignal) => Promise<string | undefined>;
  /** Classifies a failure of `read`. */
  readonly kindOf: (error: unknown) => FailureKind;
  /** Tells what is wrong in one sentence: STORE_MISCONFIGURED, or STORE_UNAVAILABLE where it may pass by itself. */
  readonly toFailure: (error: unknown) => AnycloudError;
}

/** The text of a secret, without the line break that it ends with where it was typed in; empty where there is none. */
export async function readSecret({ read, kindOf, toFailure }: Secret): Promise<string> {
  const text = await withRetries({ ...REPEATABLE, kindOf }, read).catch((error: unknown) => {
    throw toFailure(error);
  });
  return text?.trim() ?? "";
}
