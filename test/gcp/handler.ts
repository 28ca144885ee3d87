/** The server behind the tests of this folder: each path does one thing. What is not listed is echoed. */
import { appendFileSync } from "node:fs";
import type { HttpHandler, HttpResponse, Invocation } from "../../src/adapter.ts";
import { bytesOf } from "../contract/handler.ts";

const TEXT = { "content-type": "text/plain" };
/** Bytes that `/flood` has handed out. */
let flooded = 0;
const barriers = new Map<string, PromiseWithResolvers<void>>();

/** A barrier holds a stream until a second request opens it: order without clocks. */
function barrier(name: string): PromiseWithResolvers<void> {
  const found = barriers.get(name) ?? Promise.withResolvers<void>();
  barriers.set(name, found);
  return found;
}

function note(line: string): void {
  if (process.env.NOTES) appendFileSync(process.env.NOTES, `${line}\n`);
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve());
  });
}

type Answer = (query: URLSearchParams, invocation: Invocation) => HttpResponse | Promise<HttpResponse>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  "/status": (query) => ({ status: Number(query.get("code")), headers: TEXT, body: "answer" }),
  "/nothing": (query) => ({ status: Number(query.get("code")), headers: {} }),
  "/empty-stream": () => ({ status: 200, headers: TEXT, body: chunks() }),
  "/gated": (query) => ({ status: 200, headers: TEXT, body: blocked(query.get("name") ?? "") }),
  "/silent": (query) => ({ status: 200, headers: TEXT, body: silent(query.get("name") ?? "") }),
  "/too-late": async (query, { signal }) => {
    await aborted(signal);
    return { status: 200, headers: TEXT, body: putAway(query.get("name") ?? "") };
  },
  "/open": (query) => {
    barrier(query.get("name") ?? "").resolve();
    return { status: 204, headers: {} };
  },
  "/large": (query) => ({ status: 200, headers: TEXT, body: "é".repeat(Number(query.get("bytes")) / 2) }),
  "/flood": (query) => ({ status: 200, headers: TEXT, body: flood(Number(query.get("bytes"))) }),
  "/throw": () => {
    throw new Error("detail for the operator alone");
  },
  "/break": () => ({ status: 200, headers: TEXT, body: broken() }),
  "/until-deadline": (_, { deadline }) => ({ status: 200, headers: TEXT, body: until(deadline) }),
  "/until-stopping": (_, { stopping }) => ({ status: 200, headers: TEXT, body: until(stopping) }),
  "/hold": (query, invocation) => ({ status: 200, headers: TEXT, body: hold(query.get("name") ?? "", invocation) }),
  "/stuck": () => ({ status: 200, headers: TEXT, body: stuck() }),
  "/never": () => new Promise(() => {}),
  "/exit": () => process.exit(3),
  "/bad-value": () => ({ status: 200, headers: { "x-bad": "a\r\nx-evil: b" }, body: "answer" }),
  "/bad-name": () => ({ status: 200, headers: { "x bad": "a" }, body: "answer" }),
  "/bad-body": () => ({ status: 200, headers: {}, body: null as unknown as string }),
  "/lie": () => ({ status: 200, headers: { "content-length": "3", "transfer-encoding": "gzip" }, body: "answer" }),
  "/lying-stream": () => ({ status: 200, headers: { "content-length": "3" }, body: chunks("ans", "wer") }),
  "/head-length": () => ({ status: 200, headers: { "content-length": "4711" } }),
  "/refuse": () => ({ status: 413, headers: TEXT, body: "refused unread" }),
  "/later": (query, { waitUntil }) => {
    waitUntil?.(barrier(query.get("name") ?? "").promise.then(() => note(`later ${query.get("name")}`)));
    waitUntil?.(Promise.reject(new Error("work that fails")));
    return { status: 202, headers: {} };
  },
  "/about": () => ({
    status: 200,
    headers: TEXT,
    body: JSON.stringify({ pid: process.pid, env: process.env, flooded }),
  }),
};

const handler: HttpHandler = async (request, invocation) => {
  const [path = "", query = ""] = request.url.split("?");
  const answer = ANSWERS[path];
  if (answer) return answer(new URLSearchParams(query), invocation);
  const { requestId, clientIp, canStream } = invocation;
  const body = (await bytesOf(request.body)).toString("base64");
  const arrived = { ...request, body, hasBody: body !== "", requestId, clientIp, canStream, pid: process.pid };
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(arrived) };
};
export default handler;

async function* chunks(...all: string[]): AsyncGenerator<string, void> {
  yield* all;
}

async function* blocked(name: string): AsyncGenerator<string, void> {
  yield "one";
  await barrier(name).promise;
  yield "two";
}

async function* silent(name: string): AsyncGenerator<string, void> {
  await barrier(name).promise;
  yield "at last";
}

/** A body that holds a resource before its first chunk is read. */
function putAway(name: string): AsyncIterable<string> {
  const done = { done: true, value: undefined } as const;
  const iterator = {
    next: async () => done,
    return: async () => {
      note(`put away ${name}`);
      return done;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

async function* flood(bytes: number): AsyncGenerator<string, void> {
  for (let left = bytes; left > 0; left -= 65_536) {
    flooded += 65_536;
    yield "x".repeat(Math.min(left, 65_536));
  }
}

async function* broken(): AsyncGenerator<string, void> {
  yield "one";
  throw new Error("detail for the operator alone");
}

async function* until(signal: AbortSignal | undefined): AsyncGenerator<string, void> {
  yield "open";
  await aborted(signal);
  yield "goodbye";
}

async function* hold(name: string, { signal }: Invocation): AsyncGenerator<string, void> {
  try {
    yield "open";
    await aborted(signal);
    note(`told ${name}`);
    yield "to nobody";
    note(`went on ${name}`);
  } finally {
    note(`stopped ${name}`);
  }
}

async function* stuck(): AsyncGenerator<string, void> {
  yield "open";
  await new Promise(() => {});
}
