import { compareSortKeys, itemsInRange } from "./sort-order.ts";
import type { StateCondition, StateItem, StateStore, StateWrite } from "./store.ts";
import { stateConflict } from "./store-errors.ts";
import { createWatchers, type Watchers } from "./watchers.ts";
import { checkKey, checkPartition, checkWrite } from "./write-limits.ts";

/** The items of one partition. */
interface Partition {
  readonly items: Map<string, StateItem>;
  /** The same in the order of their sort keys; absent after an item was added or removed. */
  sorted?: StateItem[] | undefined;
}

/**
 * A store in this process: the meaning of the port, for tests and for a process that serves alone. Nothing outlives the
 * process, and expired items leave it without a timer. `now` is the time in milliseconds. Throws STATE_CONFLICT, and
 * RangeError for a key or value that no store takes.
 */
export function createMemoryStore(now: () => number = Date.now): StateStore {
  const partitions = new Map<string, Partition>();
  /** Created for the first who watches. */
  let watchers: Watchers | undefined;
  let size = 0;
  let sizeAfterSweep = 0;
  let lastVersion = 0;

  function keep(item: StateWrite, when?: StateCondition): StateItem {
    checkWrite(item);
    const { partition, sort, value, expiresAt } = item;
    if (when) {
      const there = partitions.get(partition)?.items.get(sort);
      const version = there && there.expiresAt * 1000 > now() ? there.version : undefined;
      if (version !== (when === "absent" ? undefined : when.version)) throw stateConflict();
    }
    const kept = Object.freeze({ partition, sort, value, expiresAt, version: ++lastVersion });
    const found = partitions.get(partition);
    const there: Partition = found ?? { items: new Map() };
    if (!found) partitions.set(partition, there);
    if (!there.items.has(sort)) size++;
    there.items.set(sort, kept);
    there.sorted = undefined;
    // Not before the items have doubled: however many there are, a write costs the same.
    if (size > 2 * sizeAfterSweep) sweep();
    watchers?.tell(partition, sort);
    return kept;
  }

  function sweep(): void {
    size = 0;
    for (const [name, partition] of partitions) {
      for (const [sort, { expiresAt }] of partition.items) if (expiresAt * 1000 <= now()) partition.items.delete(sort);
      partition.sorted = undefined;
      size += partition.items.size;
      if (partition.items.size === 0) partitions.delete(name);
    }
    sizeAfterSweep = size;
  }

  return {
    async get(key) {
      checkKey(key);
      const item = partitions.get(key.partition)?.items.get(key.sort);
      return item && item.expiresAt * 1000 > now() ? item : undefined;
    },
    put: async (item, when) => keep(item, when),
    async delete(key) {
      checkKey(key);
      const there = partitions.get(key.partition);
      if (!there?.items.delete(key.sort)) return;
      there.sorted = undefined;
      size--;
      if (there.items.size === 0) partitions.delete(key.partition);
    },
    async list(partition, range = {}) {
      checkPartition(partition);
      const there = partitions.get(partition);
      if (!there) return [];
      there.sorted ??= [...there.items.values()].sort((a, b) => compareSortKeys(a.sort, b.sort));
      const live: StateItem[] = [];
      for (const item of itemsInRange(there.sorted, range)) if (item.expiresAt * 1000 > now()) live.push(item);
      return live.slice(0, range.limit);
    },
    async add(key, amount, expiresAt) {
      checkKey(key);
      const there = partitions.get(key.partition)?.items.get(key.sort);
      const before = there && there.expiresAt * 1000 > now() ? Number(there.value) : 0;
      keep({ ...key, value: String(before + amount), expiresAt });
      return before + amount;
    },
    watch(partition, signal) {
      watchers ??= createWatchers();
      return watchers.watch(partition, signal);
    },
  };
}
