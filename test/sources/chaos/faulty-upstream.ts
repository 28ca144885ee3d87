import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import {
  createMcpEndpoint,
  createMemoryStore,
  defineServer,
  type FactoryContext,
  toFetch,
} from "../../../src/index.ts";
import { bearerVerifier } from "./bearer-verifier.ts";

/** The ways in which an upstream fails to answer. */
export const FAULTS = ["lie", "flood", "hang", "die"] as const;
type Fault = (typeof FAULTS)[number];

export interface FaultyUpstream {
  readonly name: string;
  readonly fetch: typeof fetch;
  /** Undefined: it answers. */
  fault: Fault | undefined;
  /** When the last fault ended, in milliseconds of `performance.now()`. */
  wellSince: number;
}

/** Milliseconds that a call takes, so that a ratio of durations is not one of a scheduler's moods. */
const WORK_MS = 20;

/** A server of ours with two eras, which tells who calls it, and fails as it is told. */
export function createFaultyUpstream(name: string): FaultyUpstream {
  const turns: Record<Fault, number> = { hang: 0, die: 0, lie: 0, flood: 0 };
  const createServer = ({ caller }: FactoryContext): McpServer => {
    const server = new McpServer({ name, version: "1.0.0" });
    server.registerTool("echo", { inputSchema: z.object({ mark: z.string() }) }, async ({ mark }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken ?? "none";
      await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1, message: mark } });
      await sleep(WORK_MS);
      // A gateway tells nobody the token itself.
      const sub = String(caller.claims.sub).replace("for-", "");
      return { content: [{ type: "text", text: `${name} ${sub} ${mark}` }] };
    });
    return server;
  };
  const definition = defineServer({ createServer, verifier: bearerVerifier });
  const serve = toFetch(
    createMcpEndpoint(definition, { store: createMemoryStore(), logLevel: "silent", audit: "off" }),
  );
  const upstream: FaultyUpstream = {
    name,
    fault: undefined,
    wellSince: Number.NEGATIVE_INFINITY,
    async fetch(input, init) {
      const request = new Request(input as string, init);
      if (!upstream.fault || request.method !== "POST") return serve(request, { clientIp: "127.0.0.1" });
      const { id = null, params } = await request.json();
      const { fault } = upstream;
      const answers = ANSWERS[fault];
      return (answers[turns[fault]++ % answers.length] as Answer)({ id, params, signal: request.signal });
    },
  };
  return upstream;
}

interface Asked {
  readonly id: unknown;
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown } };
  readonly signal: AbortSignal;
}

type Answer = (asked: Asked) => Promise<Response>;

const FOREIGN = { content: [{ type: "text", text: "somebody else's" }] };

const DEATHS: readonly Answer[] = [
  () => Promise.reject(new TypeError("fetch failed")),
  async () => new Response("gone", { status: 503 }),
  async () =>
    events(async function* () {
      yield ": begins\n\n";
      throw new Error("connection reset");
    }),
];

const hang: Answer = ({ signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

const LIES: readonly Answer[] = [
  // Progress of somebody else's request, and two answers.
  async ({ id }) =>
    events(async function* () {
      const params = { progressToken: "of-another", progress: 1, message: "somebody else's" };
      yield frame({ jsonrpc: "2.0", method: "notifications/progress", params });
      yield frame({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
      const result = { resultType: "complete", content: [{ type: "text", text: "twice" }] };
      yield frame({ jsonrpc: "2.0", id, result });
      yield frame({ jsonrpc: "2.0", id, result });
    }),
  // The answer to a request of somebody else.
  async () => Response.json({ jsonrpc: "2.0", id: "another", result: FOREIGN }),
  async () => new Response("<html>", { headers: { "content-type": "text/html" } }),
  async () => new Response("{", { headers: { "content-type": "application/json" } }),
  // A list that is none, and names that are not its own.
  async ({ id }) => Response.json({ jsonrpc: "2.0", id, result: { tools: [{ name: "echo" }, 7], content: 7 } }),
];

const FLOODS: readonly Answer[] = [
  async ({ params }) =>
    events(async function* () {
      const progressToken = params?._meta?.progressToken ?? "none";
      const endless = { progressToken, progress: 1, message: "" };
      const one = frame({ jsonrpc: "2.0", method: "notifications/progress", params: endless });
      for (;;) yield one.repeat(CHUNK / one.length);
    }),
  async () =>
    streamed("application/json", async function* () {
      for (;;) yield " ".repeat(CHUNK);
    }),
];

const ANSWERS: Readonly<Record<Fault, readonly Answer[]>> = { hang: [hang], die: DEATHS, lie: LIES, flood: FLOODS };

const frame = (message: object): string => `data: ${JSON.stringify(message)}\n\n`;

const events = (source: () => AsyncGenerator<string>): Response => streamed("text/event-stream", source);

/** Characters that a socket hands over at a time. */
const CHUNK = 65_536;

/** Chunks that come one by one, as from a socket: other work of the process has its turn in between. */
function streamed(type: string, source: () => AsyncGenerator<string>): Response {
  const texts = source();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await nextTurn();
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void texts.return(undefined),
  });
  return new Response(body, { headers: { "content-type": type } });
}
