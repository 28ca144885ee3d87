import { setImmediate as nextTurn } from "node:timers/promises";
import type { ResultTypeMap } from "@modelcontextprotocol/server";
import { type Attempt, type AttemptEnd, never } from "../jobs/attempt.ts";
import { isAnswered, type TaskOperation, type TaskQuestion, type TaskRecord, toStatusMessage } from "../task-record.ts";
import { newValueKey, type TaskStore } from "../task-store.ts";
import { observeStep } from "./observe-step.ts";
import { roomIn, suspended, wakeTime, withOperation } from "./recorded-operations.ts";
import { Replay, ReplayProblem } from "./replay.ts";
import type { AskRequest, Progress, Task } from "./task.ts";

/** Progress is written at most so often. */
const PROGRESS_MS = 5_000;
/** Bytes of a question in JSON: the record is read by every poll, and its client's response has a limit, too. */
const MAX_QUESTION_BYTES = 262_144;

export interface DurableTaskOptions {
  readonly tasks: TaskStore;
  readonly attempt: Attempt;
  readonly deadline: number | undefined;
}

/** A task whose steps, questions and sleeps are in its record, so that any instance can go on with it. */
export class DurableTask implements Task {
  readonly id: string;
  readonly deadline: number | undefined;
  readonly #tasks: TaskStore;
  readonly #attempt: Attempt;
  readonly #replay: Replay;
  /** Steps and writes that an end of the invocation would cut. */
  #inProgress = 0;
  readonly #waiting: TaskOperation[] = [];
  #isSuspending = false;
  #progressAt = 0;
  /** Not written yet. */
  #statusMessage: string | undefined;

  constructor({ tasks, attempt, deadline }: DurableTaskOptions) {
    this.#tasks = tasks;
    this.#attempt = attempt;
    this.deadline = deadline;
    this.id = attempt.task.id;
    this.#replay = new Replay(attempt.task.record.operations);
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  async step<Result>(key: string, work: () => Result | Promise<Result>): Promise<Result> {
    const found = this.#reach(key, "step");
    if (found === "problem") return never();
    if (found) return (found.valueAt ? await this.#readApart(found.valueAt) : found.value) as Result;
    this.#inProgress++;
    try {
      if (!(await this.#mayBegin(key))) return await never();
      await this.#attempt.renew();
      return (await this.#remember(key, await observeStep(key, work))) as Result;
    } finally {
      this.#inProgress--;
    }
  }

  async ask<Request extends AskRequest>(key: string, request: Request): Promise<ResultTypeMap[Request["method"]]> {
    const question = toQuestion(key, request);
    const found = this.#reach(key, "question");
    if (found === "problem") return never();
    if (found && isAnswered(found)) {
      const answer = found.valueAt ? await this.#readApart(found.valueAt) : found.answer;
      return answer as ResultTypeMap[Request["method"]];
    }
    if (!found && !(await this.#mayBegin(key))) return never();
    return this.#wait({ key, kind: "question", question });
  }

  async sleep(key: string, seconds: number): Promise<void> {
    const found = this.#reach(key, "sleep");
    if (found === "problem") return never();
    const now = this.#tasks.now();
    const until = found?.until ?? wakeTime(seconds, now);
    if (!found && !(await this.#mayBegin(key))) return never();
    const { createdAt, ttlMs } = this.#attempt.task.record;
    if (!found && until > createdAt + ttlMs) throw new RangeError(sleepsTooLong(key, ttlMs));
    if (until > now) await this.#wait({ key, kind: "sleep", until });
  }

  async progress({ progress, total, message }: Progress): Promise<void> {
    this.#statusMessage = toStatusMessage(message ?? (total === undefined ? progress : `${progress} of ${total}`));
    const now = this.#tasks.now();
    // The next step takes it along.
    if (now - this.#progressAt < PROGRESS_MS) return;
    this.#progressAt = now;
    await this.#attempt.write((record) => this.#withProgress(record));
  }

  /** To be called when the handler returned. Throws ReplayProblem. */
  finish(): void {
    this.#replay.finish();
  }

  #reach<Kind extends TaskOperation["kind"]>(
    key: string,
    kind: Kind,
  ): Extract<TaskOperation, { kind: Kind }> | "problem" | undefined {
    try {
      return this.#replay.reach(key, kind);
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #mayBegin(key: string): Promise<boolean> {
    try {
      await this.#replay.beforeNew(key);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Not thrown at the handler, which might catch it and go on. */
  #fail(error: unknown): "problem" {
    if (!(error instanceof ReplayProblem)) throw error;
    this.#attempt.end({ kind: "failed", message: error.message });
    return "problem";
  }

  #readApart(valueAt: string): Promise<unknown> {
    return this.#attempt.askStore(() => this.#tasks.readApart(this.id, valueAt));
  }

  /** The value as it will be read again. */
  async #remember(key: string, result: unknown): Promise<unknown> {
    const text = JSON.stringify(result);
    const value = text === undefined ? undefined : JSON.parse(text);
    const { task } = this.#attempt;
    const valueAt = text !== undefined && Buffer.byteLength(text) > roomIn(task.record) ? newValueKey() : undefined;
    if (valueAt) await this.#attempt.askStore(() => this.#tasks.keepApart(task, valueAt, value));
    await this.#attempt.write((record) =>
      withOperation(this.#withProgress(record), { key, kind: "step", ...(valueAt ? { valueAt } : { value }) }),
    );
    return value;
  }

  #withProgress(record: TaskRecord): TaskRecord {
    const statusMessage = this.#statusMessage;
    if (statusMessage === undefined || statusMessage === record.statusMessage) return record;
    return { ...record, statusMessage, updatedAt: this.#tasks.now() };
  }

  /** Ends the invocation when nothing is in progress any more. */
  #wait(operation: TaskOperation): Promise<never> {
    this.#waiting.push(operation);
    if (!this.#isSuspending) {
      this.#isSuspending = true;
      void this.#suspend().catch((error: unknown) => this.#attempt.end(endWithout(error)));
    }
    return never();
  }

  async #suspend(): Promise<void> {
    // Two turns, so that code behind a step that just ended can begin the next one.
    for (let quiet = 0; quiet < 2; ) {
      if (this.#attempt.isEnded) return;
      await nextTurn();
      quiet = this.#inProgress === 0 ? quiet + 1 : 0;
      if (this.#inProgress > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.#attempt.release((record) => suspended(this.#withProgress(record), this.#waiting, this.#tasks.now()));
    this.#attempt.end({ kind: "suspended" });
  }
}

/** A question as it is kept. Throws RangeError for one that is too large, and TypeError for one that JSON cannot hold. */
function toQuestion(key: string, request: AskRequest): TaskQuestion {
  const text = JSON.stringify(request);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_QUESTION_BYTES) return JSON.parse(text);
  throw new RangeError(
    `The question ${JSON.stringify(key)} has ${bytes} bytes, and ${MAX_QUESTION_BYTES} are the most: each poll reads it.`,
  );
}

/** How an attempt ends whose questions could not be kept. What no store takes is not tried again. */
const endWithout = (error: unknown): AttemptEnd =>
  error instanceof RangeError ? { kind: "failed", message: error.message } : { kind: "unfinished" };

const sleepsTooLong = (key: string, ttlMs: number): string =>
  `The sleep ${JSON.stringify(key)} ends after its task has expired, ${ttlMs / 1000} s from its creation: raise ttlSeconds.`;
