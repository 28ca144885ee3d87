/**
 * Rejects with a TimeoutError when the time is up, and aborts the signal. It does not wait for `run` to settle then, because
 * not everything heeds a signal.
 */
export async function withTimeout<Output>(ms: number, run: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer in ${Math.round(ms)} ms`), { name: "TimeoutError" }));
      timeout.abort();
    }, ms);
  });
  try {
    return await Promise.race([run(timeout.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
