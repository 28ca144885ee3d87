import { AnycloudError } from "../../../src/index.ts";
import type { StateItem, StateStore, StateWrite } from "../../../src/store/store.ts";
import type { TaskRecord } from "../../../src/tasks/task-record.ts";

/** A store that checks each write of a task against the one before it. */
export interface WatchedStore {
  /** The store as one instance sees it: away at times, and silent once the instance is dead. */
  forInstance(instance: { readonly isAlive: boolean; thawed?: Promise<void> }): StateStore;
  /** Keys of the steps whose results are stored, by task. */
  readonly steps: ReadonlyMap<string, ReadonlySet<string>>;
  /** The first answer to each question, by task and key. */
  readonly notes: ReadonlyMap<string, unknown>;
  readonly violations: string[];
  readonly counts: { failures: number; writes: number };
}

const TERMINAL = new Set(["completed", "failed", "cancelled"]);

export function watchStore(store: StateStore, random: () => number, failureRate: number): WatchedStore {
  const steps = new Map<string, Set<string>>();
  const last = new Map<string, TaskRecord>();
  const notes = new Map<string, unknown>();
  const violations: string[] = [];
  const counts = { failures: 0, writes: 0 };

  function check({ partition, sort }: StateItem, { value }: StateWrite): void {
    if (!partition.startsWith("task/") || sort !== "record") return;
    const id = partition.slice("task/".length);
    const record: TaskRecord = JSON.parse(value);
    const before = last.get(id);
    last.set(id, record);
    const keys = record.operations.map(({ key }) => key);
    if (new Set(keys).size !== keys.length) violations.push(`${id}: a key is recorded twice: ${keys}`);
    steps.set(id, new Set(record.operations.filter(({ kind }) => kind === "step").map(({ key }) => key)));
    for (const operation of record.operations) {
      if (operation.kind !== "question" || operation.answer === undefined) continue;
      const name = `${id} ${operation.key}`;
      if (!notes.has(name)) notes.set(name, (operation.answer as { content: { note: unknown } }).content.note);
    }
    if (!before) return;
    if (TERMINAL.has(before.status)) violations.push(`${id}: written after it was ${before.status}`);
    if (record.attempt < before.attempt)
      violations.push(`${id}: attempt ${before.attempt} was overwritten by ${record.attempt}`);
    for (const operation of TERMINAL.has(record.status) ? [] : before.operations) {
      const now = record.operations.find(({ key }) => key === operation.key);
      if (!now) violations.push(`${id}: ${operation.key} was forgotten`);
      const answer = operation.kind === "question" ? operation.answer : undefined;
      const isKept = now?.kind === "question" && JSON.stringify(now.answer) === JSON.stringify(answer);
      if (answer !== undefined && !isKept) violations.push(`${id}: the answer to ${operation.key} was replaced`);
    }
  }

  return {
    steps,
    notes,
    violations,
    counts,
    forInstance(instance) {
      async function ask<Result>(work: () => Promise<Result>): Promise<Result> {
        const isLate = random() < 0.5;
        const fails = random() < failureRate;
        if (fails && !isLate) throw away(counts);
        // A frozen process goes on later, when others may have taken over.
        await instance.thawed;
        if (!instance.isAlive) return new Promise<never>(() => {});
        const result = await work();
        await instance.thawed;
        if (!instance.isAlive) return new Promise<never>(() => {});
        if (fails) throw away(counts);
        return result;
      }
      return {
        get: (key) => ask(() => store.get(key)),
        list: (partition, range) => ask(() => store.list(partition, range)),
        delete: (key) => ask(() => store.delete(key)),
        add: (key, amount, expiresAt) => ask(() => store.add(key, amount, expiresAt)),
        put: (item, when) =>
          ask(async () => {
            const written = await store.put(item, when);
            counts.writes++;
            check(written, item);
            return written;
          }),
      };
    },
  };
}

function away(counts: { failures: number }): AnycloudError {
  counts.failures++;
  return new AnycloudError("STORE_UNAVAILABLE", "The store is away at the moment.");
}
