import { setTimeout as sleep } from "node:timers/promises";
import type { StateStore } from "./store.ts";
import { logMisconfiguration } from "./store-errors.ts";

/** Watches of a backend that pushes, by partition. */
export interface Pushes {
  open(partition: string): void;
  close(partition: string): void;
}

/** Pause before a watch that ended or failed is opened again, in milliseconds. */
const REOPEN_MS = 1_000;

/** Calls `onChange` with the partition of each item that the backend pushes. A watch that fails is opened again. */
export function createPushes(watch: NonNullable<StateStore["watch"]>, onChange: (partition: string) => void): Pushes {
  const open = new Map<string, AbortController>();

  async function run(partition: string, { signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      try {
        // Without its key, by which a waiter passes over what it writes itself: this may be another's write of the same item.
        for await (const _ of watch(partition, signal)) onChange(partition);
      } catch (error) {
        logMisconfiguration(error);
        // It costs its speed only: whoever waits reads now and then.
      }
      await sleep(REOPEN_MS, undefined, { signal, ref: false }).catch(() => {});
      // Something may have been written while nobody listened.
      if (!signal.aborted) onChange(partition);
    }
  }

  return {
    open(partition) {
      const controller = new AbortController();
      open.set(partition, controller);
      void run(partition, controller);
    },
    close(partition) {
      open.get(partition)?.abort();
      open.delete(partition);
    },
  };
}
