import { stateConflict } from "./conflict.ts";
import { compareSortKeys, firstIndex, itemsInRange } from "./sort-order.ts";
import type { StateCondition, StateItem, StateKey, StateStore, StateWrite } from "./store.ts";
import { checkExpiry, checkKey, checkPartition, checkWrite } from "./write-limits.ts";

/**
 * A store in this process: what the port means, for tests and for a process that serves alone. Nothing outlives the
 * process, and what has expired leaves it without a timer. `now` is the time in milliseconds. Throws STATE_CONFLICT,
 * and RangeError for what no store takes.
 */
export function createMemoryStore(now: () => number = Date.now): StateStore {
  const partitions = new Map<string, StateItem[]>();
  let size = 0;
  let lastVersion = 0;
  let sizeAfterSweep = 0;

  const isLive = ({ expiresAt }: StateItem): boolean => expiresAt * 1000 > now();

  function find({ partition, sort }: StateKey): StateItem | undefined {
    const items = partitions.get(partition) ?? [];
    const item = items[indexOf(items, sort)];
    return item?.sort === sort && isLive(item) ? item : undefined;
  }

  function keep({ partition, sort, value, expiresAt }: StateWrite): StateItem {
    const items = partitions.get(partition) ?? [];
    const index = indexOf(items, sort);
    const replaced = items[index]?.sort === sort ? 1 : 0;
    const item = Object.freeze({ partition, sort, value, expiresAt, version: ++lastVersion });
    items.splice(index, replaced, item);
    partitions.set(partition, items);
    size += 1 - replaced;
    // Not before the items have doubled: however many there are, a write costs the same.
    if (size > 2 * sizeAfterSweep) sweep();
    return item;
  }

  function sweep(): void {
    size = 0;
    for (const [partition, items] of partitions) {
      const live = items.filter(isLive);
      size += live.length;
      if (live.length > 0) partitions.set(partition, live);
      else partitions.delete(partition);
    }
    sizeAfterSweep = size;
  }

  return {
    async get(key) {
      checkKey(key);
      return find(key);
    },
    async put(item, when) {
      checkWrite(item);
      if (!holds(find(item), when)) throw stateConflict();
      return keep(item);
    },
    async delete({ partition, sort }) {
      checkKey({ partition, sort });
      const items = partitions.get(partition) ?? [];
      const index = indexOf(items, sort);
      if (items[index]?.sort !== sort) return;
      items.splice(index, 1);
      size--;
      if (items.length === 0) partitions.delete(partition);
    },
    async list(partition, range = {}) {
      checkPartition(partition);
      const items = itemsInRange(partitions.get(partition) ?? [], range);
      return items.filter(isLive).slice(0, range.limit);
    },
    async add(key, amount, expiresAt) {
      checkKey(key);
      checkExpiry(expiresAt);
      const sum = Number(find(key)?.value ?? 0) + amount;
      keep({ ...key, value: String(sum), expiresAt });
      return sum;
    },
  };
}

const indexOf = (items: readonly StateItem[], sort: string): number =>
  firstIndex(items, (item) => compareSortKeys(item.sort, sort) >= 0);

const holds = (item: StateItem | undefined, when: StateCondition | undefined): boolean =>
  when === undefined || (when === "absent" ? item === undefined : item?.version === when.version);
