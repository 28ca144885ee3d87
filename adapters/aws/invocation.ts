import { type Invocation, LightSignal } from "../../src/adapter.ts";
import type { LambdaContext } from "./lambda-runtime.ts";
import type { ClientFacts } from "./request.ts";

/** An invocation under way: what the handler is told, and what the adapter does when the answer is out. */
export interface OpenInvocation {
  readonly facts: Invocation;
  /** Settles once everything handed to `waitUntil` has. Never rejects. */
  settled(): Promise<void>;
  /** Stops the clock of `deadline`. */
  close(): void;
}

export interface InvocationOptions {
  readonly context: LambdaContext;
  readonly client: ClientFacts;
  readonly canStream: boolean;
}

/**
 * How long before Lambda's time limit `deadline` fires: a tenth of the time the invocation has, at most 2 seconds.
 * That is enough to end a stream cleanly, and little enough to leave a short limit its use.
 */
export function deadlineMarginMs(remainingMs: number): number {
  return Math.min(2_000, remainingMs / 10);
}

/** Lambda never tells a function that its client went away, so there is no `signal`. */
export function openInvocation({ context, client, canStream }: InvocationOptions): OpenInvocation {
  const remainingMs = context.getRemainingTimeInMillis();
  const deadline = new LightSignal();
  const timer = setTimeout(() => deadline.abort(), remainingMs - deadlineMarginMs(remainingMs));
  const background = new Set<Promise<void>>();

  function waitUntil(work: Promise<unknown>): void {
    const watched = work.then(
      () => {},
      (error) => console.error(`request ${context.awsRequestId}: work after the response failed:`, error),
    );
    background.add(watched);
    void watched.then(() => background.delete(watched));
  }

  return {
    facts: {
      requestId: context.awsRequestId,
      ...client,
      deadline,
      canStream,
      exclusive: true,
      waitUntil,
    },
    async settled() {
      // Work may hand over further work.
      while (background.size > 0) await Promise.all(background);
    },
    close: () => clearTimeout(timer),
  };
}
