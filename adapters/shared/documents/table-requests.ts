import type { AnycloudError } from "../../../src/adapter.ts";
import { kindOf } from "../retries/failure-kind.ts";
import { type FailureKind, type RetryRules, withRetries } from "../retries/retry.ts";
import type { DocumentTable } from "./document-table.ts";

/** A single attempt. */
type Operation<Output> = (table: DocumentTable, signal: AbortSignal) => Promise<Output>;

/** The end of a conditional write: a condition that fails after an unsure attempt may have failed because of it. */
export type Attempted<Output> = { readonly output: Output } | { readonly output?: never; readonly unsure: boolean };

/** Both throw STORE_UNAVAILABLE or STORE_MISCONFIGURED. */
export interface TableRequests {
  /** Repeats an operation while that may help. */
  send<Output>(operation: Operation<Output>): Promise<Output>;
  /** The same, for a write that has a condition. With `once`, it is not repeated after it may have been applied. */
  attempt<Output>(operation: Operation<Output>, once?: boolean): Promise<Attempted<Output>>;
}

export interface TableAccess {
  /** Loads the table with the first operation. */
  readonly load: () => Promise<DocumentTable>;
  /** Tells in one sentence what is wrong and what to do. */
  readonly toFailure: (error: unknown) => AnycloudError;
  /** Milliseconds that the first attempt may take; each further one may take twice as long. Default 4000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Milliseconds after which an operation fails, whatever was tried. Default 12,000. */
  readonly timeoutMs?: number | undefined;
}

const ATTEMPTS: Readonly<Record<FailureKind, number>> = {
  throttled: Number.POSITIVE_INFINITY,
  "not applied": 4,
  unsure: 4,
  condition: 1,
  refused: 1,
};

export function createTableRequests(access: TableAccess): TableRequests {
  const { load, toFailure, attemptTimeoutMs = 4_000, timeoutMs = 12_000 } = access;
  let loaded: Promise<DocumentTable> | undefined;

  function table(): Promise<DocumentTable> {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  }

  async function attempt<Output>(operation: Operation<Output>, once: boolean): Promise<Attempted<Output>> {
    const attempts = once ? { ...ATTEMPTS, unsure: 1 } : ATTEMPTS;
    const rules: RetryRules = { attemptTimeoutMs: once ? timeoutMs : attemptTimeoutMs, timeoutMs, attempts, kindOf };
    let afterUnsure = false;
    try {
      const output = await withRetries(rules, async (signal, unsure) => {
        afterUnsure = unsure;
        return operation(await table(), signal);
      });
      return { output };
    } catch (error) {
      if (kindOf(error) === "condition") return { unsure: afterUnsure };
      throw toFailure(error);
    }
  }

  return {
    attempt: (operation, once = false) => attempt(operation, once),
    async send(operation) {
      // Without a condition there is none that fails.
      return ((await attempt(operation, false)) as { output: Awaited<ReturnType<typeof operation>> }).output;
    },
  };
}
