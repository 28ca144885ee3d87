/** The running time limits of one request. */
export interface TimeLimits {
  /** Restarts the idle limit. */
  touch(): void;
  stop(): void;
}

export interface TimeLimitsOptions {
  readonly totalMs: number;
  readonly idleMs?: number;
  readonly onExpired: () => void;
}

/** Starts both limits; `onExpired` is called at most once. */
export function startTimeLimits({ totalMs, idleMs, onExpired }: TimeLimitsOptions): TimeLimits {
  const expire = (): void => {
    stop();
    onExpired();
  };
  const total = setTimeout(expire, totalMs);
  let idle: NodeJS.Timeout | undefined;
  let stopped = false;
  function touch(): void {
    if (stopped || idleMs === undefined) return;
    clearTimeout(idle);
    idle = setTimeout(expire, idleMs);
  }
  function stop(): void {
    stopped = true;
    clearTimeout(total);
    clearTimeout(idle);
  }
  touch();
  return { touch, stop };
}
