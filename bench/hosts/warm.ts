/** Serves requests for so much CPU time, or so many of them, whenever it is told to. */
import type { Method } from "../requests.ts";
import { checkAnswer } from "./check-answer.ts";
import { loadHandler } from "./lambda-host.ts";

/** What to do. */
export interface Order {
  readonly method: Method;
  readonly tools: number;
  readonly event: object;
  /** Of CPU time: on a busy machine, turns of a wall clock would be too short to be compared. */
  readonly cpuMs?: number;
  readonly count?: number;
}

/** What it took. */
export interface Done {
  readonly requests: number;
  readonly wallMs: number;
  /** Of all threads of the process, garbage collection and compiler included. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** After a collection of garbage, where the process may ask for one. */
  readonly heapBytes: number;
}

const [url = "", form = "", name = ""] = process.argv.slice(2);
const invoke = await loadHandler(url, form as "buffered" | "streamed", name);
/** Looking at the clock costs a part of what the fastest requests do. */
const BATCH = 16;

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

process.on("message", async ({ method, tools, event, cpuMs: mostCpuMs = Number.POSITIVE_INFINITY, count }: Order) => {
  const most = count ?? Number.POSITIVE_INFINITY;
  checkAnswer(method, tools, (await invoke(event)).body);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let requests = 0;
  while (requests < most && cpuMsSince(cpu) < mostCpuMs) {
    for (let number = 0; number < BATCH; number++) {
      const { statusCode } = await invoke(event);
      if (statusCode !== 200) throw new Error(`answered with ${statusCode}`);
    }
    requests += BATCH;
  }
  const wallMs = performance.now() - startedAt;
  const cpuMs = cpuMsSince(cpu);
  const rssBytes = process.memoryUsage.rss();
  globalThis.gc?.();
  const { heapUsed: heapBytes } = process.memoryUsage();
  process.send?.({ requests, wallMs, cpuMs, rssBytes, heapBytes } satisfies Done);
});
process.send?.("ready");
