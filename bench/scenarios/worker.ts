import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Built } from "../artefacts.ts";
import type { Done, Order } from "../hosts/warm.ts";
import type { Subject } from "../subjects.ts";

/** A process that serves one subject's artefact, and rests between orders. */
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

/** Each subject gets a process of its own, as on Lambda, so that none pays for another's garbage or type feedback. */
export async function startWorker({ program, built, subject, tools }: WorkerOptions): Promise<Worker> {
  const process = fork(program, [built.url, subject.form, subject.handler], {
    env: { PATH: globalThis.process.env.PATH, BENCH_TOOLS: String(tools), ...subject.environment },
    execArgv: ["--expose-gc"],
    // Request logs are written at their usual cost, to /dev/null.
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

/** The next message of the process. Rejects when the process ends instead. */
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
