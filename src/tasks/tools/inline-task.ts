import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { ResultTypeMap } from "@modelcontextprotocol/server";
import { never } from "../jobs/attempt.ts";
import { isAnswered, type TaskOperation, type TaskQuestion } from "../task-record.ts";
import { observeStep } from "./observe-step.ts";
import { wakeTime } from "./recorded-operations.ts";
import { Replay } from "./replay.ts";
import type { AskRequest, Progress, Task } from "./task.ts";
import type { ToolContext } from "./tool-context.ts";

/** The longest pause that a timer of Node.js can count: a longer one would end at once. */
const MAX_PAUSE_MS = 2 ** 31 - 1;

export interface InlineTaskOptions {
  readonly id: string;
  readonly context: ToolContext;
  readonly operations: readonly TaskOperation[];
  readonly deadline: number | undefined;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** A task in the shape of an ordinary call: its steps are in memory, and it waits where it is. */
export class InlineTask implements Task {
  readonly id: string;
  readonly deadline: number | undefined;
  readonly signal: AbortSignal;
  /** Settles when the call has to ask its client in another round. */
  readonly asked: Promise<Readonly<Record<string, TaskQuestion>>>;
  readonly #options: InlineTaskOptions;
  readonly #replay: Replay;
  readonly #operations: TaskOperation[];
  readonly #questions: Record<string, TaskQuestion> = Object.create(null);
  #inProgress = 0;
  #ask: (questions: Readonly<Record<string, TaskQuestion>>) => void = () => {};

  constructor(options: InlineTaskOptions) {
    this.#options = options;
    this.id = options.id;
    this.deadline = options.deadline;
    this.signal = options.signal;
    this.#operations = [...options.operations];
    this.#replay = new Replay(options.operations);
    this.asked = new Promise((resolve) => {
      this.#ask = resolve;
    });
  }

  /** Everything done so far, for the next round. */
  get operations(): readonly TaskOperation[] {
    return this.#operations;
  }

  async step<Result>(key: string, work: () => Result | Promise<Result>): Promise<Result> {
    const found = this.#replay.reach(key, "step");
    if (found) return found.value as Result;
    this.#inProgress++;
    try {
      await this.#replay.beforeNew(key);
      const text = JSON.stringify(await observeStep(key, work));
      const value = text === undefined ? undefined : JSON.parse(text);
      this.#operations.push({ key, kind: "step", value });
      return value;
    } finally {
      this.#inProgress--;
    }
  }

  async ask<Request extends AskRequest>(key: string, request: Request): Promise<ResultTypeMap[Request["method"]]> {
    const found = this.#replay.reach(key, "question");
    if (found && isAnswered(found)) return found.answer as ResultTypeMap[Request["method"]];
    await this.#replay.beforeNew(key);
    const question: TaskQuestion = JSON.parse(JSON.stringify(request));
    const { request: send } = this.#options.context;
    if (send) return (await send(question)) as ResultTypeMap[Request["method"]];
    if (!found) this.#operations.push({ key, kind: "question", question });
    if (Object.keys(this.#questions).length === 0) void this.#askWhenQuiet();
    this.#questions[key] = question;
    return never();
  }

  async sleep(key: string, seconds: number): Promise<void> {
    const found = this.#replay.reach(key, "sleep");
    if (!found) await this.#replay.beforeNew(key);
    const { now } = this.#options;
    const until = found?.until ?? wakeTime(seconds, now());
    this.#inProgress++;
    try {
      for (let leftMs = until - now(); leftMs > 0; leftMs = until - now()) {
        await pause(Math.min(leftMs, MAX_PAUSE_MS), undefined, { signal: this.signal });
      }
      if (!found) this.#operations.push({ key, kind: "sleep", until });
    } finally {
      this.#inProgress--;
    }
  }

  async progress(progress: Progress): Promise<void> {
    await this.#options.context.notifyProgress(progress);
  }

  finish(): void {
    this.#replay.finish();
  }

  async #askWhenQuiet(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      await nextTurn();
      quiet = this.#inProgress === 0 ? quiet + 1 : 0;
      if (this.#inProgress > 0) await pause(10);
    }
    this.#ask(this.#questions);
  }
}
