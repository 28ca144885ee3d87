import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../../../src/adapter.ts";
import { createMemoryStore } from "../../../src/index.ts";
import { createRandom } from "../../chaos/random.ts";
import type { Caller } from "../../support/messages.ts";
import { deliver } from "../manual-queue.ts";
import { instancesOf, TasksClient, type WireTask } from "../tasks-client.ts";
import { createChaosServer } from "./chaos-server.ts";
import { watchStore } from "./watched-store.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly tasks: number;
  /** Real milliseconds after which the run gives up. */
  readonly deadlineMs: number;
}

export interface ChaosReport {
  readonly violations: readonly string[];
  readonly kills: number;
  readonly freezes: number;
  readonly completed: number;
  readonly duplicates: number;
  readonly lostJobs: number;
  readonly storeFailures: number;
  readonly repeatedSteps: number;
}

interface Instance {
  isAlive: boolean;
  thawed?: Promise<void>;
  readonly call: Caller;
}

interface Client {
  readonly n: number;
  taskId?: string;
  nextAt: number;
  done?: WireTask;
}

/** Milliseconds of the run's clock after which a queue delivers a job again that nobody answered for. */
const VISIBILITY_MS = 60_000;

/** Runs tasks while instances are killed, jobs delayed, doubled and lost, and the store is away at times. */
export async function runTaskChaos({ seed, tasks: count, deadlineMs }: ChaosOptions): Promise<ChaosReport> {
  const random = createRandom(seed);
  const clock = { now: Date.now() };
  const now = (): number => clock.now;
  const store = watchStore(createMemoryStore(now), random, 0.01);
  const report = { kills: 0, freezes: 0, completed: 0, duplicates: 0, lostJobs: 0, repeatedSteps: 0 };
  const { violations } = store;
  const jobs: Array<{ readonly taskId: string; readonly at: number }> = [];
  const executed = new Map<string, number>();
  const seconds = (most: number): number => random() * most * 1000;

  const workQueue = {
    async submit({ taskId, delayMs = 0 }: Job) {
      if (random() < 0.01) throw new Error("The queue is away at the moment.");
      if (random() < 0.03) {
        report.lostJobs++;
        return;
      }
      jobs.push({ taskId, at: clock.now + delayMs + (random() < 0.2 ? seconds(20) : 0) });
      if (random() < 0.2) {
        report.duplicates++;
        jobs.push({ taskId, at: clock.now + delayMs + seconds(10) });
      }
    },
  };

  function start(): Instance {
    const state: Omit<Instance, "call"> = { isAlive: true };
    const server = createChaosServer((taskId, key) => {
      if (!state.isAlive) return false;
      if (store.steps.get(taskId)?.has(key)) violations.push(`${taskId}: step ${key} ran after it was stored`);
      const name = `${taskId} ${key}`;
      const times = (executed.get(name) ?? 0) + 1;
      executed.set(name, times);
      if (times > 1) report.repeatedSteps++;
      return true;
    });
    const [call] = instancesOf(server, { store: store.forInstance(state), workQueue, now });
    return Object.assign(state, { call: call as Caller });
  }

  const instances = [start(), start(), start()];
  const anyInstance = (): Instance => instances[Math.floor(random() * instances.length)] as Instance;

  /** Stops an instance for longer than a lease, as platforms do, at its next operation of the store. */
  function freeze(instance: Instance): void {
    const until = clock.now + 35_000;
    report.freezes++;
    instance.thawed = (async () => {
      while (clock.now < until) await nextTurn();
    })();
  }

  async function work(taskId: string): Promise<void> {
    const again = { taskId, at: clock.now + VISIBILITY_MS };
    jobs.push(again);
    const { status, headers } = await deliver(anyInstance().call, taskId);
    const at = jobs.indexOf(again);
    if (at >= 0) jobs.splice(at, 1);
    if (status !== 204) jobs.push({ taskId, at: clock.now + Number(headers["retry-after"] ?? 1) * 1000 });
  }

  async function act(client: Client): Promise<void> {
    const { call } = anyInstance();
    const session = new TasksClient([call]);
    if (!client.taskId) {
      const { taskId } = await session.call("work", { n: client.n });
      // A frozen instance may answer when the client has another task.
      client.taskId ??= taskId;
      return;
    }
    const { taskId } = client;
    const task = await session.get(taskId);
    if (["completed", "failed", "cancelled"].includes(task.status)) {
      client.done = task;
      return;
    }
    const asked = Object.keys(task.inputRequests ?? {});
    const chosen = random() < 0.5 ? asked : asked.slice(0, 1);
    if (chosen.length === 0) return;
    // Each time another answer: the first one that is stored has to stay.
    const answer = (): object =>
      Object.fromEntries(chosen.map((key) => [key, { action: "accept", content: { note: `${key} ${random()}` } }]));
    const sessions = random() < 0.2 ? [session, new TasksClient([anyInstance().call])] : [session];
    await Promise.all(sessions.map((one) => one.answer(taskId, answer())));
  }

  const clients: Client[] = Array.from({ length: count }, (_, n) => ({ n, nextAt: clock.now + seconds(60) }));
  const busy = new Set<Client>();
  const endsAt = Date.now() + deadlineMs;
  while (clients.some(({ done }) => !done) && Date.now() < endsAt) {
    clock.now += 200 + random() * 800;
    for (const job of jobs.filter(({ at }) => at <= clock.now)) {
      jobs.splice(jobs.indexOf(job), 1);
      void work(job.taskId);
    }
    for (const client of clients) {
      if (client.done || busy.has(client) || client.nextAt > clock.now) continue;
      busy.add(client);
      client.nextAt = clock.now + seconds(20);
      // A dead instance answers nobody: its client asks another one.
      void Promise.race([act(client), sleep(500)])
        .catch(() => {})
        .finally(() => busy.delete(client));
    }
    if (random() < 0.05) {
      const at = Math.floor(random() * instances.length);
      (instances[at] as Instance).isAlive = false;
      instances[at] = start();
      report.kills++;
    }
    if (random() < 0.05) freeze(anyInstance());
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  }
  for (const { n, taskId, done } of clients) {
    const noteOf = (key: string): unknown => store.notes.get(`${taskId} ${key}`);
    const expected = JSON.stringify([n, "first", noteOf("approve"), "left", "right", noteOf("beside"), "last"]);
    const found = done?.result?.content[0]?.text;
    if (found === expected) report.completed++;
    else violations.push(`${taskId}: ${done ? JSON.stringify(done) : "never ended"}, not ${expected}`);
  }
  for (const instance of instances) instance.isAlive = false;
  return { ...report, violations, storeFailures: store.counts.failures };
}
