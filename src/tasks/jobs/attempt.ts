import { setTimeout as sleep } from "node:timers/promises";
import { isConflict } from "../../store/store.ts";
import { isTerminal, type TaskRecord } from "../task-record.ts";
import type { StoredTask, TaskStore } from "../task-store.ts";

/** Milliseconds for which a worker is taken to be alive without a sign of life. */
export const LEASE_MS = 30_000;
const SIGN_OF_LIFE_MS = LEASE_MS / 3;
/** How often a write is tried while the store cannot be asked. */
const STORE_TRIES = 4;

/** How an attempt ended before its handler returned. */
export type AttemptEnd =
  /** The record says for what it waits. */
  | { readonly kind: "suspended" }
  /** The task was cancelled, has expired, or is another worker's. */
  | { readonly kind: "lost" }
  /** The store could not be asked, or the time of the worker is up: to be tried again. */
  | { readonly kind: "unfinished" }
  | { readonly kind: "failed"; readonly message: string };

/**
 * One worker's hold on a task. Each write asks for the version that the one before it left. Where another one came in
 * between, it is repeated on top of that, as long as the attempt is still this one and the task has not ended.
 */
export class Attempt {
  /** Settles when the attempt ended before its handler returned. */
  readonly ended: Promise<AttemptEnd>;
  readonly #tasks: TaskStore;
  readonly #number: number;
  readonly #stop = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  #task: StoredTask;
  #last: Promise<unknown> = Promise.resolve();
  #isEnded = false;
  #end: (end: AttemptEnd) => void = () => {};

  /** `task` was just claimed. */
  constructor(tasks: TaskStore, task: StoredTask) {
    this.#tasks = tasks;
    this.#task = task;
    this.#number = task.record.attempt;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#renewal = setInterval(() => void this.write((record) => record).catch(() => {}), SIGN_OF_LIFE_MS);
    this.#renewal.unref();
  }

  get task(): StoredTask {
    return this.#task;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Fires when the attempt has to stop: the task was cancelled or lost, or time is up. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Ends the attempt; what its handler still does is not kept. */
  end(end: AttemptEnd): void {
    if (this.#isEnded) return;
    this.close();
    if (end.kind !== "suspended") this.#stop.abort();
    this.#end(end);
  }

  /** Gives no further sign of life. */
  close(): void {
    this.#isEnded = true;
    clearInterval(this.#renewal);
  }

  /** Makes sure that nobody else takes the task for as long as a lease. */
  async renew(): Promise<void> {
    const { leaseUntil = 0 } = this.#task.record;
    if (leaseUntil - this.#tasks.now() < LEASE_MS / 2) await this.write((record) => record);
  }

  /** Changes the record and renews the lease. Never settles once the attempt has ended. */
  write(change: (record: TaskRecord) => TaskRecord): Promise<void> {
    return this.#writeLast((record) => ({ ...change(record), leaseUntil: this.#tasks.now() + LEASE_MS }));
  }

  /** Changes the record and lets the lease go: the last write of this attempt. */
  release(change: (record: TaskRecord) => TaskRecord): Promise<void> {
    const released = this.#writeLast((record) => {
      const { leaseUntil: _lease, ...rest } = change(record);
      return rest;
    });
    // A sign of life, or a step that its handler did not wait for, would take the lease again.
    this.#last = released.then(never, () => {});
    return released;
  }

  /** Asks the store, again where it cannot be asked. Never settles once the attempt has ended. Throws RangeError. */
  async askStore<Result>(operation: () => Promise<Result>): Promise<Result> {
    for (let failures = 0; !this.#isEnded; ) {
      try {
        return await operation();
      } catch (error) {
        if (error instanceof RangeError) throw error;
        if (++failures >= STORE_TRIES) this.end({ kind: "unfinished" });
        else await sleep(100 * 2 ** failures * (0.5 + Math.random() / 2));
      }
    }
    return never();
  }

  #writeLast(change: (record: TaskRecord) => TaskRecord): Promise<void> {
    const written = this.#last.then(() => this.#write(change));
    this.#last = written.catch(() => {});
    return written;
  }

  async #write(change: (record: TaskRecord) => TaskRecord): Promise<void> {
    for (let isWritten = false; !isWritten; ) isWritten = await this.askStore(() => this.#tryWrite(change));
  }

  async #tryWrite(change: (record: TaskRecord) => TaskRecord): Promise<boolean> {
    try {
      this.#task = await this.#tasks.put(this.#task, change(this.#task.record));
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#readAgain();
      return false;
    }
  }

  async #readAgain(): Promise<void> {
    const found = await this.#tasks.get(this.#task.id);
    if (found && !isTerminal(found.record) && found.record.attempt === this.#number) this.#task = found;
    else this.end({ kind: "lost" });
  }
}

/** Never settles, for code of a handler that must not go on. A new one each time, so that nothing that waits for it is kept. */
export const never = (): Promise<never> => new Promise(() => {});
