/**
 * Rejects with a TimeoutError when the time is up, and aborts the signal. It does not wait for `run` to settle then, because
 * not everything heeds a signal. Of a process that had no processor meanwhile, the answer may be there already: it counts.
 */
export async function withTimeout<Output>(ms: number, run: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const end = (): void => {
      reject(Object.assign(new Error(`no answer in ${Math.round(ms)} ms`), { name: "TimeoutError" }));
      timeout.abort();
    };
    // Node.js runs timers that are due before it reads what has arrived, and this after it.
    timer = setTimeout(setImmediate, ms, end);
  });
  try {
    return await Promise.race([run(timeout.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
