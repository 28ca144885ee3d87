/** Ends the wait for a server that has been silent for too long. */
export interface IdleTimer {
  /** It said something. */
  restart(): void;
  stop(): void;
  /** Counts no silence while a client is asked: a person may take their time. */
  pausedFor<Result>(work: Promise<Result>): Promise<Result>;
}

export function createIdleTimer(ms: number, onIdle: () => void): IdleTimer {
  let timer = setTimeout(onIdle, ms);
  let pauses = 0;
  let isStopped = false;
  function restart(): void {
    clearTimeout(timer);
    if (pauses === 0 && !isStopped) timer = setTimeout(onIdle, ms);
  }
  return {
    restart,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
    async pausedFor(work) {
      pauses++;
      clearTimeout(timer);
      try {
        return await work;
      } finally {
        pauses--;
        restart();
      }
    },
  };
}
