/** A process that serves requests for a given CPU time, or a given number of them, whenever its parent orders it. */
import { type BenchRequest, initializeRequest, inSession, type Method, toEvent } from "../requests.ts";
import { checkAnswer } from "./check-answer.ts";
import { type Form, loadHandler } from "./lambda-host.ts";

/** An order to serve a kind of request for a time or a number of requests. */
export interface Order {
  readonly method: Method;
  readonly tools: number;
  readonly request: BenchRequest;
  /** True to send the requests in a session of 2025-11-25, which the process opens once. */
  readonly isInSession?: boolean;
  /** CPU time and not wall time: on a busy machine, turns of equal wall time do unequal work. */
  readonly cpuMs?: number;
  readonly count?: number;
}

/** The measurement of one order. */
export interface Done {
  readonly requests: number;
  readonly wallMs: number;
  /** All threads of the process: garbage collection and compilation included. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** After a garbage collection. */
  readonly heapBytes: number;
}

const [url = "", form = "", name = ""] = process.argv.slice(2);
const invoke = await loadHandler(url, form as Form, name);
/** Requests between two looks at the clock, which costs a part of a request. */
const BATCH = 16;

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

let session: Promise<string> | undefined;

async function openSession(): Promise<string> {
  const { headers, body } = await invoke(toEvent(initializeRequest()));
  const id = headers["mcp-session-id"];
  if (!id) throw new Error(`initialize opened no session: ${body.slice(0, 300)}`);
  const initialized = { ...initializeRequest(), body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' };
  await invoke(toEvent(inSession(initialized, id)));
  return id;
}

async function eventOf({ request, isInSession }: Order): Promise<object> {
  if (!isInSession) return toEvent(request);
  session ??= openSession();
  return toEvent(inSession(request, await session));
}

process.on("message", async (order: Order) => {
  const { method, tools, cpuMs: mostCpuMs = Number.POSITIVE_INFINITY, count: most = Number.POSITIVE_INFINITY } = order;
  const event = await eventOf(order);
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
