import type { ObservedStore } from "./observed-store.ts";

/**
 * Tells other instances of writes that they wait for, over a store that pushes nothing: an instance reads one small partition,
 * however many partitions it waits for. A wake-up that is lost costs its speed only, because whoever waits also looks for
 * itself now and then.
 */
export interface WakeUps {
  /** The name of this instance, to be written where others read whom to wake. */
  readonly instance: string;
  /** Reads wake-ups and tells the store's subscribers of them, until the function that it gives back is called. */
  listen(): () => void;
  /** Wakes the subscribers of a partition at an instance, after it was written to. Never rejects. */
  wake(instance: string, partition: string): Promise<void>;
}

/** Pauses between reads, in milliseconds: the first ones after a wake-up, then longer ones. */
export interface WakeUpPauses {
  readonly fastestMs: number;
  readonly slowestMs: number;
}

/** Longer than any pause between reads, and than the difference of two clocks. */
const TTL_SECONDS = 60;

const partitionOf = (instance: string): string => `instance/${instance}`;

export function createWakeUps(store: ObservedStore, { fastestMs, slowestMs }: WakeUpPauses): WakeUps {
  const instance = crypto.randomUUID();
  const partition = partitionOf(instance);
  /** The version of each wake-up that was read. */
  let seen = new Map<string, number>();
  let listeners = 0;
  let stop = new AbortController();

  async function read(): Promise<boolean> {
    const items = await store.list(partition, { eventual: true }).catch(() => []);
    const fresh = items.filter(({ sort, version }) => seen.get(sort) !== version);
    seen = new Map(items.map(({ sort, version }) => [sort, version]));
    for (const { sort } of fresh) store.tell(sort);
    return fresh.length > 0;
  }

  async function run({ signal }: AbortController): Promise<void> {
    let quietSince = store.now();
    while (!signal.aborted) {
      if (await read()) quietSince = store.now();
      const eighth = (store.now() - quietSince) / 8;
      await store.changed(partition, Math.min(slowestMs, Math.max(fastestMs, eighth)), signal);
    }
  }

  return {
    instance,
    listen() {
      if (store.pushes) return () => {};
      if (listeners++ === 0) {
        stop = new AbortController();
        void run(stop);
      }
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        if (--listeners === 0) stop.abort();
      };
    },
    async wake(woken, written) {
      if (woken === instance) store.tell(written);
      if (store.pushes || woken === instance) return;
      const expiresAt = Math.floor(store.now() / 1000) + TTL_SECONDS;
      await store.put({ partition: partitionOf(woken), sort: written, value: "written", expiresAt }).catch(() => {});
    },
  };
}
