/** The requests of one instance, each with the work that it leaves behind, so that the instance can end without cutting one off. */
export interface InFlight {
  /** Counts a request until it leaves and all that it keeps has settled. */
  enter(request: Stoppable): Entered;
  /**
   * Stops every request, those that come later, too, and resolves when none is left. Once `answerMs` have passed, the rest
   * is answered; after `endMs` nothing is waited for.
   */
  drain(grace: Grace): Promise<void>;
}

/** Tells a request that its instance ends. */
interface Stoppable {
  /** The platform has told the instance to end. */
  stop(): void;
  /** The end is near: what is not finished is answered now. */
  fire(): void;
}

interface Entered {
  /** Counts work that goes on after the response. A rejection goes to `onError` and nowhere else. */
  keep(work: Promise<unknown>, onError: (error: unknown) => void): void;
  /** The response has ended. Idempotent. */
  leave(): void;
}

/** Milliseconds from the platform's word that the instance ends. */
export interface Grace {
  readonly answerMs: number;
  readonly endMs: number;
}

export function createInFlight(): InFlight {
  const requests = new Set<Stoppable>();
  let phase: "serving" | "stopping" | "answering" = "serving";
  let onEmpty = (): void => {};

  function enter(request: Stoppable): Entered {
    requests.add(request);
    if (phase !== "serving") request.stop();
    if (phase === "answering") request.fire();
    let holds = 1;
    const release = (): void => {
      holds -= 1;
      if (holds > 0) return;
      requests.delete(request);
      if (requests.size === 0) onEmpty();
    };
    let hasLeft = false;
    return {
      keep(work, onError) {
        holds += 1;
        void work.catch(onError).finally(release);
      },
      leave() {
        if (hasLeft) return;
        hasLeft = true;
        release();
      },
    };
  }

  async function drain({ answerMs, endMs }: Grace): Promise<void> {
    phase = "stopping";
    for (const request of requests) request.stop();
    const answering = setTimeout(() => {
      phase = "answering";
      for (const request of requests) request.fire();
    }, answerMs);
    let ending: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      ending = setTimeout(resolve, endMs);
      // A request that has arrived may not have been read yet: two turns, so that the event loop polls once between them.
      onEmpty = () => setImmediate(() => setImmediate(() => requests.size === 0 && resolve()));
      if (requests.size === 0) onEmpty();
    });
    clearTimeout(answering);
    clearTimeout(ending);
  }

  return { enter, drain };
}
