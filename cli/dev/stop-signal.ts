/** What a terminal, a service manager and a closing window send. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Fires when the process is asked to stop. Whoever asks a second time does not want to wait: it ends at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const ask = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, ask);
  return stop.signal;
}
