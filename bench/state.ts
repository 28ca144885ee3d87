/** `npm run bench:state`: the store operations of sessions, shared state and tasks, their price, and the delays between instances. */
import { Console } from "node:console";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpResponse } from "../src/adapter.ts";
import { type BenchInstances, messagesOf, openSession, startBenchInstances } from "./bench-instances.ts";
import { modernRequest, toolCall } from "./messages.ts";
import { dollarsPerMillion, freshMeter } from "./metered-store.ts";
import { quantile } from "./quantile.ts";
import { compareSessionCounts } from "./session-scale.ts";
import { measureTaskCosts } from "./task-costs.ts";

await using instances = await startBenchInstances();
await costs(instances);
await idleStreams(instances);
await delays(instances);
await scale();
await tasks();

/** The store operations of each kind of request. */
async function costs({ meter, instances: [first, second, third] }: BenchInstances): Promise<void> {
  const session = await openSession(first);
  const CALLS = 50;

  async function askUser(): Promise<void> {
    for await (const { id, method } of messagesOf(await first(toolCall("ask"), session))) {
      if (method === "elicitation/create") await second({ jsonrpc: "2.0", id, result: { action: "decline" } }, session);
    }
  }
  async function notifyListeners(): Promise<void> {
    const listening = [first, second, third].map(async (instance) => {
      const response = await instance(
        ...modernRequest("subscriptions/listen", { notifications: { toolsListChanged: true } }),
      );
      const messages = messagesOf(response);
      await messages.next();
      return messages;
    });
    const streams = await Promise.all(listening);
    await messagesOf(await first(...modernRequest("tools/call", { name: "change", arguments: {} }))).next();
    await Promise.all(streams.map((stream) => stream.next()));
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
  const operations: ReadonlyArray<[string, number, () => Promise<unknown>]> = [
    ["initialize", CALLS, () => openSession(second)],
    ["plain call, 2025-11-25", CALLS, () => second(toolCall("echo", { text: "hi" }), session)],
    ["call with a question to the user, 2025-11-25", CALLS, askUser],
    [
      "plain call, 2026-07-28",
      CALLS,
      () => second(...modernRequest("tools/call", { name: "echo", arguments: { text: "hi" } })),
    ],
    ["change notified to listeners on 3 instances", 10, notifyListeners],
  ];
  const rows = [];
  for (const [operation, calls, run] of operations) {
    Object.assign(meter, freshMeter());
    for (let call = 0; call < calls; call++) await run();
    rows.push({
      operation,
      reads: round(meter.reads / calls),
      writes: round(meter.writes / calls),
      bytes: Math.round(meter.bytes / calls),
      "$ per million": round(dollarsPerMillion(meter, calls)),
    });
  }
  print("Store operations per call (the user answers at once; on-demand prices, us-east-1):", rows);
}

/** The store operations of a stream without messages. */
async function idleStreams({ meter, instances: [first] }: BenchInstances): Promise<void> {
  const SETTLE_MS = 20_000;
  const MEASURED_MS = 30_000;
  const session = await openSession(first);
  const openings: ReadonlyArray<[string, () => Promise<HttpResponse>]> = [
    ["standalone SSE stream, 2025-11-25", () => first(undefined, session, "GET")],
    [
      "subscriptions/listen, 2026-07-28",
      () => first(...modernRequest("subscriptions/listen", { notifications: { toolsListChanged: true } })),
    ],
  ];
  const rows = [];
  for (const [stream, open] of openings) {
    const chunks = ((await open()).body as AsyncIterable<string>)[Symbol.asyncIterator]();
    const reading = chunks.next().then(() => chunks.next());
    // A stream polls less and less often while nothing arrives.
    await sleep(SETTLE_MS);
    Object.assign(meter, freshMeter());
    await sleep(MEASURED_MS);
    const seconds = MEASURED_MS / 1000;
    rows.push({
      stream,
      "reads a second": round(meter.reads / seconds),
      "writes a second": round(meter.writes / seconds),
      "$ per 1,000 hours": round(dollarsPerMillion(meter, seconds) * 3.6),
    });
    void reading;
    await chunks.return?.();
  }
  print("Idle streams, each alone on its instance:", rows);
}

/** The time from the client's reply on one instance to the tool's answer on another. */
async function delays({ instances: [first, second] }: BenchInstances): Promise<void> {
  const session = await openSession(first);
  const rows = [];
  for (const [thinkingMs, calls] of [
    [0, 100],
    [500, 40],
    [5_000, 12],
  ] as const) {
    const measured = await Promise.all(
      Array.from({ length: calls }, async () => {
        let repliedAt = 0;
        for await (const { id, method } of messagesOf(await first(toolCall("ask"), session))) {
          if (method !== "elicitation/create") continue;
          await sleep(thinkingMs);
          await second({ jsonrpc: "2.0", id, result: { action: "decline" } }, session);
          repliedAt = performance.now();
        }
        return performance.now() - repliedAt;
      }),
    );
    rows.push({
      "the user takes (ms)": thinkingMs,
      calls,
      "median (ms)": Math.round(quantile(measured, 0.5)),
      "p99 (ms)": Math.round(quantile(measured, 0.99)),
    });
  }
  print("From the reply on one instance to the answer on another:", rows);
}

/** The time of a request beside few sessions and beside many. */
async function scale(): Promise<void> {
  const compared = await compareSessionCounts({ counts: [10, 10_000], rounds: 400 });
  const rows = compared.map(({ sessions, timesMs }) => ({
    sessions,
    "median (ms)": round(quantile(timesMs, 0.5)),
    "p99 (ms)": round(quantile(timesMs, 0.99)),
  }));
  print("A plain call by the number of sessions in the store, measured in turns:", rows);
}

/** The cost of each part of a task's life. The jobs of its workers are counted apart, because the queue has its own price. */
async function tasks(): Promise<void> {
  const rows = (await measureTaskCosts()).map(({ operation, meter, jobs }) => ({
    operation,
    reads: meter.reads,
    writes: meter.writes,
    jobs,
    bytes: meter.bytes,
    "$ per million": round(dollarsPerMillion(meter, 1)),
  }));
  print("Store operations of tasks (on-demand prices, us-east-1; jobs go to the cloud's queue):", rows);
}

function print(title: string, rows: readonly object[]): void {
  const output = new Console(process.stdout);
  output.log(`\n${title}`);
  output.table(rows);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
