import type { ServerResponse } from "node:http";
import type { LightSignal } from "../../src/adapter.ts";

/** What one instance is busy with, so that it can end without cutting anyone off. */
export interface InFlight {
  /** Counts a request until its response has closed. Its deadline fires when the instance is told to end. */
  enter(outgoing: ServerResponse, deadline: LightSignal): void;
  /** Counts work that goes on after its response. A rejection is logged, never thrown. */
  keep(work: Promise<unknown>): void;
  /** Fires every deadline, those of later requests too, and settles when all is done or `graceMs` are over. */
  drain(graceMs: number): Promise<void>;
}

export function createInFlight(): InFlight {
  const deadlines = new Set<LightSignal>();
  const works = new Set<Promise<unknown>>();
  let ending = false;
  let idle: (() => void) | undefined;

  function settle(): void {
    if (deadlines.size === 0 && works.size === 0) idle?.();
  }

  return {
    enter(outgoing, deadline) {
      deadlines.add(deadline);
      outgoing.once("close", () => {
        deadlines.delete(deadline);
        settle();
      });
      if (!ending) return;
      // A kept-alive connection may still bring requests; the client must not send another one after this.
      outgoing.shouldKeepAlive = false;
      deadline.abort();
    },
    keep(work) {
      const kept = work
        .catch((error: unknown) => console.error("work after a response failed:", error))
        .finally(() => {
          works.delete(kept);
          settle();
        });
      works.add(kept);
    },
    async drain(graceMs) {
      ending = true;
      for (const deadline of deadlines) deadline.abort();
      if (deadlines.size === 0 && works.size === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        idle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
