/** Loaded into an instance before its artefact: answers its parent with what the process holds after a garbage collection. */

/** Resources of a process. */
export interface Held {
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Timers that were set and have neither fired nor been cleared, those that keep no process alive included. */
  readonly timers: number;
  /** Sockets, servers and other things of the operating system. */
  readonly handles: number;
}

const live = new Set<unknown>();
const { setTimeout: set, clearTimeout: clear, setInterval: repeat, clearInterval: stop } = globalThis;

function setCounted(callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout {
  const fire = (): void => {
    live.delete(timer);
    callback(...args);
  };
  const timer = set(fire, ms);
  live.add(timer);
  return timer;
}

function repeatCounted(callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout {
  const timer = repeat(callback, ms, ...args);
  live.add(timer);
  return timer;
}

const clearWith =
  (clearTimer: typeof clear): typeof clear =>
  (timer) => {
    live.delete(timer);
    clearTimer(timer);
  };

// The properties are those by which `promisify` knows it.
globalThis.setTimeout = Object.defineProperties(setCounted, Object.getOwnPropertyDescriptors(set)) as typeof set;
globalThis.setInterval = Object.defineProperties(
  repeatCounted,
  Object.getOwnPropertyDescriptors(repeat),
) as typeof repeat;
globalThis.clearTimeout = clearWith(clear);
globalThis.clearInterval = clearWith(stop);

/** Counted here, or no resource that stays. */
const NOT_HANDLES: ReadonlySet<string> = new Set(["Timeout", "Immediate", "TickObject"]);

process.on("message", async (message) => {
  if (message !== "held") return;
  // A collection runs finalizers, and the next one takes what they released.
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().filter((name) => !NOT_HANDLES.has(name)).length;
  process.send?.({ residentBytes, heapBytes, timers: live.size, handles } satisfies Held);
});
process.channel?.unref();
