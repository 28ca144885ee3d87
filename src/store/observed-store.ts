import { servedRequest } from "../http/served-request.ts";
import { createPushes } from "./pushes.ts";
import type { StateItem, StateKey, StateRange, StateStore } from "./store.ts";
import { logMisconfiguration } from "./store-errors.ts";

/** A store that tells this process about its own writes, so that readers in the same process need not poll. */
export interface ObservedStore extends StateStore {
  /** Unix time in milliseconds, by which this process dates what it stores. */
  readonly now: () => number;
  /** Whether the backend tells of the writes of other processes, so that reads are only needed where a push was lost. */
  readonly pushes: boolean;
  /**
   * Calls `onChange` when something may have changed in the partition: at once when this process writes to it or `tell`s of it,
   * and as soon as the backend says so where it pushes; with the sort key of the item, where this process wrote it. Until the
   * function that it gives back is called.
   */
  subscribe(partition: string, onChange: (sort?: string) => void): () => void;
  /** Tells subscribers in this process that something may have changed in the partition. */
  tell(partition: string, sort?: string): void;
  /** Settles with the first change after the call, after `ms` in any case, and when `signal` fires; never rejects. */
  changed(partition: string, ms: number, signal?: AbortSignal): Promise<void>;
}

/** Polls at a time. The others wait, so that a slow store has connections left for calls. */
const POLLS_AT_A_TIME = 8;

export interface ObservedStoreOptions {
  /** Default: the clock. */
  readonly now?: (() => number) | undefined;
  /** Counts each operation for the request that asks for it, and lets telemetry observe it. Default false. */
  readonly counts?: boolean;
}

/** Observes the operations that go through the returned store. */
export function observed(
  store: StateStore,
  { now = Date.now, counts = false }: ObservedStoreOptions = {},
): ObservedStore {
  const subscribers = new Map<string, Set<(sort?: string) => void>>();
  const pushes = store.watch && createPushes(store.watch.bind(store), (partition) => tell(partition));
  const waitingPolls: (() => void)[] = [];
  let polls = 0;

  function operate<Verb extends Operation>(verb: Verb, ...operands: Parameters<StateStore[Verb]>): Result<Verb> {
    const served = counts ? servedRequest.getStore() : undefined;
    const ended = served?.telemetry?.startStoreOperation(verb);
    if (served) {
      const field = verb === "get" || verb === "list" ? "storeReads" : "storeWrites";
      served.logFields[field] = (served.logFields[field] ?? 0) + 1;
    }
    const result = (store[verb] as (...operands: unknown[]) => Promise<unknown>)(...operands);
    result.then(ended && (() => ended()), (error) => {
      ended?.(error);
      logMisconfiguration(error);
    });
    return result as Result<Verb>;
  }

  async function write<Verb extends Operation>(
    verb: Verb,
    { partition, sort }: StateKey,
    ...operands: Parameters<StateStore[Verb]>
  ): Promise<Awaited<Result<Verb>>> {
    const written = await operate(verb, ...operands);
    for (const onChange of subscribers.get(partition) ?? []) onChange(sort);
    return written;
  }

  async function poll(partition: string, range: StateRange): Promise<StateItem[]> {
    if (polls < POLLS_AT_A_TIME) polls++;
    else await new Promise<void>((resolve) => waitingPolls.push(resolve));
    try {
      return await operate("list", partition, range);
    } finally {
      const next = waitingPolls.shift();
      if (next) next();
      else polls--;
    }
  }

  function tell(partition: string, sort?: string): void {
    for (const onChange of subscribers.get(partition) ?? []) onChange(sort);
  }

  function subscribe(partition: string, onChange: (sort?: string) => void): () => void {
    const group = subscribers.get(partition) ?? new Set();
    subscribers.set(partition, group.add(onChange));
    if (group.size === 1) pushes?.open(partition);
    return () => {
      if (!group.delete(onChange) || group.size > 0) return;
      subscribers.delete(partition);
      pushes?.close(partition);
    };
  }

  return {
    now,
    pushes: pushes !== undefined,
    subscribe,
    tell,
    get: (key) => operate("get", key),
    list: (partition, range) => (range?.eventual ? poll(partition, range) : operate("list", partition, range)),
    put: (item, when) => write("put", item, item, when),
    delete: (key) => write("delete", key, key),
    add: (key, amount, expiresAt) => write("add", key, key, amount, expiresAt),
    changed(partition, ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise<void>((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", settle);
          unsubscribe();
          resolve();
        };
        const timer = setTimeout(settle, ms);
        signal?.addEventListener("abort", settle, { once: true });
        const unsubscribe = subscribe(partition, settle);
      });
    },
  };
}

type Operation = Exclude<keyof StateStore, "watch">;

type Result<Verb extends Operation> = ReturnType<StateStore[Verb]>;

/** A subscription that is younger may not have begun, in milliseconds. */
const BEGINNING_MS = 1_000;
/** Pause between reads where the backend pushes: a push that was lost costs no more than this. */
const PUSHED_MS = 5_000;

/** The pause before the next read, for a reader that subscribed at `begunAt`: `ms`, or longer where the backend pushes. */
export const pauseMs = (store: ObservedStore, ms: number, begunAt: number): number =>
  store.pushes && store.now() - begunAt > BEGINNING_MS ? Math.max(ms, PUSHED_MS) : ms;

/**
 * The pause before the next read, for a reader that has waited `waitedMs` so far: an eighth of it. A reader that has just
 * begun gets its value almost at once; one that waits for a person costs one read a second.
 */
export const pollDelayMs = (waitedMs: number): number => Math.min(1000, Math.max(20, waitedMs / 8));
