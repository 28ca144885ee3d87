/** Ends what is run when its time is up, and then does not wait for it: a credential chain looks at no signal. */
export async function withTimeout<Output>(ms: number, run: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer in ${Math.round(ms)} ms`), { name: "TimeoutError" }));
      over.abort();
    }, ms);
  });
  try {
    return await Promise.race([run(over.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
