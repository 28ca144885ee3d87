import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Built } from "../artefacts.ts";
import type { Done, Order } from "../hosts/warm.ts";
import type { Subject } from "../subjects.ts";

/** A process that serves with one subject's artefact, and rests until it is told to. */
export interface Worker extends Disposable {
  run(order: Order): Promise<Done>;
}

export interface WorkerOptions {
  readonly program: string;
  readonly built: Built;
  readonly subject: Subject;
  /** How many tools its server has. */
  readonly tools: number;
}

/** A process of its own for each, as on Lambda: nobody's garbage or compiled code is another's. */
export async function startWorker({ program, built, subject, tools }: WorkerOptions): Promise<Worker> {
  const process = fork(program, [built.url, subject.form, subject.handler], {
    env: { PATH: globalThis.process.env.PATH, BENCH_TOOLS: String(tools), ...subject.environment },
    execArgv: ["--expose-gc"],
    // Where Lambda takes what a function prints, at no cost to speak of.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await reported(process, subject);
  return {
    async run(order) {
      const done = reported(process, subject);
      process.send(order);
      return (await done) as Done;
    },
    [Symbol.dispose]: () => void process.kill(),
  };
}

/** Its next message. Rejects when it ends instead. */
async function reported(process: ChildProcess, { title }: Subject): Promise<unknown> {
  const stop = new AbortController();
  const { signal } = stop;
  const ended = once(process, "exit", { signal }).then(([code]) => {
    throw new Error(`${title} ended with code ${code}.`);
  });
  try {
    const [message] = (await Promise.race([once(process, "message", { signal }), ended])) as [unknown];
    return message;
  } finally {
    ended.catch(() => {});
    stop.abort();
  }
}
