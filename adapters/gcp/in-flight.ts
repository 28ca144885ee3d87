import type { ServerResponse } from "node:http";
import { createBackgroundWork } from "../shared/background-work.ts";
import type { Deadline } from "../shared/deadline.ts";

/** The requests and the background work of one instance, so that it can stop without cutting a response off. */
export interface InFlight {
  /** Counts a request until its response has closed. Its deadline fires when the instance is told to stop. */
  enter(outgoing: ServerResponse, deadline: Deadline): void;
  /** Counts work that goes on after its response. A rejection is logged, never thrown. */
  keep(work: Promise<unknown>): void;
  /** Fires every deadline, those of later requests too, and resolves when nothing is left or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

export function createInFlight(): InFlight {
  const deadlines = new Set<Deadline>();
  const work = createBackgroundWork();
  const logFailure = (error: unknown): void => console.error("work after a response failed:", error);
  let draining = false;

  function enter(outgoing: ServerResponse, deadline: Deadline): void {
    deadlines.add(deadline);
    const closed = new Promise<void>((resolve) => outgoing.once("close", resolve));
    work.add(
      closed.then(() => deadlines.delete(deadline)),
      logFailure,
    );
    if (!draining) return;
    // A connection that is kept alive may still bring requests; this response asks the client to send no further one.
    outgoing.shouldKeepAlive = false;
    deadline.fire();
  }

  async function drain(graceMs: number): Promise<void> {
    draining = true;
    for (const deadline of deadlines) deadline.fire();
    let timer: NodeJS.Timeout | undefined;
    const graceOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([work.finished(), graceOver]);
    clearTimeout(timer);
  }

  return { enter, keep: (kept) => work.add(kept, logFailure), drain };
}
