import { setTimeout as sleep } from "node:timers/promises";
import type { ObservedStore } from "../store/observed-store.ts";
import { isConflict, type StateItem } from "../store/store.ts";
import type { TaskRecord } from "./task-record.ts";

/** A task as it was read, to be written again on the condition that nobody else wrote it. */
export interface StoredTask {
  readonly id: string;
  readonly record: TaskRecord;
  readonly version: number;
}

/** A task that has not ended, as the index names it. */
interface OpenTask {
  readonly id: string;
  readonly owner: string;
}

/** One with the Unix time in milliseconds at which it came into the index. */
export interface IndexedTask extends OpenTask {
  readonly indexedAt: number;
}

/** Tasks in the store. Every verb throws STORE_UNAVAILABLE when the store cannot be asked. */
export interface TaskStore {
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Keeps a new task: its place in the index first, so that no task is without one. Two writes. */
  create(id: string, record: TaskRecord): Promise<void>;
  /** One read; undefined for an id that is unknown or expired. */
  get(id: string): Promise<StoredTask | undefined>;
  /** Throws STATE_CONFLICT when somebody else wrote it in between. */
  put(task: StoredTask, record: TaskRecord): Promise<StoredTask>;
  /**
   * Changes a task, again and again until nobody else does at the same time. `change` gives back the record itself where
   * there is nothing to change. Undefined for a task that is unknown.
   */
  update(id: string, change: (record: TaskRecord) => TaskRecord): Promise<StoredTask | undefined>;
  /** Keeps a large value beside the record, for as long. Throws RangeError for one that no store takes. */
  keepApart(task: Pick<StoredTask, "id" | "record">, sort: string, value: unknown): Promise<void>;
  readApart(id: string, sort: string): Promise<unknown>;
  /** Keeps what a call that is no task remembers between its rounds. */
  keepRound(id: string, value: unknown, ttlMs: number): Promise<void>;
  /** Takes it, once; undefined where there is none. */
  takeRound(id: string): Promise<unknown>;
  /** Takes an ended task out of the index. */
  close(task: OpenTask): Promise<void>;
  /** Tasks that have not ended, of one owner or of all, at most so many. One read. */
  open(limit: number, owner?: string): Promise<IndexedTask[]>;
  /** Settles when something may have changed about the task; see `ObservedStore`. */
  changed(id: string, ms: number, signal?: AbortSignal): Promise<void>;
}

const INDEX = "tasks";
const RECORD = "record";
const ROUND = "round";
const TAKEN = "taken";
const RANDOM_BYTES = 18;
/** Matches every id. Other texts were never one. */
const TASK_ID = /^[\w-]{24}$/;

/** Sort key of a value that is too large for the record: a new one, because another writer may keep a value at the same time. */
export const newValueKey = (): string => `value/${newTaskId()}`;

/** An id that cannot be guessed: 24 letters, digits, `-` and `_`. */
export const newTaskId = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))).toString("base64url");

/** Kept as long as the client was promised (SEP-2663, `ttlMs` from creation on), whatever is written meanwhile. */
const expiresAtOf = ({ createdAt, ttlMs }: TaskRecord): number => Math.ceil((createdAt + ttlMs) / 1000);

const partitionOf = (id: string): string => `task/${id}`;
const indexSort = ({ owner, id }: OpenTask): string => `${owner}/${id}`;

export function createTaskStore(store: ObservedStore): TaskStore {
  const toStored = (id: string, { value, version }: StateItem): StoredTask => ({
    id,
    record: JSON.parse(value),
    version,
  });

  async function get(id: string): Promise<StoredTask | undefined> {
    if (!TASK_ID.test(id)) return undefined;
    const item = await store.get({ partition: partitionOf(id), sort: RECORD });
    return item && toStored(id, item);
  }

  async function put({ id, version }: Pick<StoredTask, "id" | "version">, record: TaskRecord): Promise<StoredTask> {
    const item = { partition: partitionOf(id), sort: RECORD, value: JSON.stringify(record) };
    return toStored(id, await store.put({ ...item, expiresAt: expiresAtOf(record) }, { version }));
  }

  return {
    now: store.now,
    get,
    put,

    async create(id, record) {
      const expiresAt = expiresAtOf(record);
      const { owner } = record;
      await store.put({ partition: INDEX, sort: indexSort({ owner, id }), value: String(record.createdAt), expiresAt });
      const value = JSON.stringify(record);
      await store.put({ partition: partitionOf(id), sort: RECORD, value, expiresAt }, "absent");
    },

    async update(id, change) {
      for (let lost = 0; ; lost++) {
        const task = await get(id);
        if (!task) return undefined;
        const record = change(task.record);
        if (record === task.record) return task;
        try {
          return await put(task, record);
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
        // Writers that lost to the same one must not all come back together.
        await sleep(Math.random() * Math.min(200, 5 * 2 ** lost));
      }
    },

    async keepApart({ id, record }, sort, value) {
      const item = { partition: partitionOf(id), sort, value: JSON.stringify({ value }) };
      await store.put({ ...item, expiresAt: expiresAtOf(record) });
    },

    async readApart(id, sort) {
      const item = await store.get({ partition: partitionOf(id), sort });
      return item && JSON.parse(item.value).value;
    },

    async keepRound(id, value, ttlMs) {
      const expiresAt = Math.ceil((store.now() + ttlMs) / 1000);
      await store.put({ partition: partitionOf(id), sort: ROUND, value: JSON.stringify(value), expiresAt }, "absent");
    },

    async takeRound(id) {
      if (!TASK_ID.test(id)) return undefined;
      const item = await store.get({ partition: partitionOf(id), sort: ROUND });
      if (!item || item.value === TAKEN) return undefined;
      try {
        await store.put({ ...item, value: TAKEN }, item);
        return JSON.parse(item.value);
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },

    close: (task) => store.delete({ partition: INDEX, sort: indexSort(task) }),

    async open(limit, owner) {
      const items = await store.list(INDEX, { limit, ...(owner !== undefined && { prefix: `${owner}/` }) });
      return items.map(({ sort, value }) => {
        const slash = sort.lastIndexOf("/");
        return { owner: sort.slice(0, slash), id: sort.slice(slash + 1), indexedAt: Number(value) };
      });
    },

    changed: (id, ms, signal) => store.changed(partitionOf(id), ms, signal),
  };
}
