/** The handler behind every arm of the adapter contract. It echoes requests to paths outside `/contract/`. */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpHandler, HttpRequest, HttpResponse, Invocation } from "../../src/adapter.ts";

const ANSWER_HEADERS = {
  "www-authenticate": "Bearer",
  "x-answer": "yes",
  "access-control-expose-headers": "www-authenticate, x-answer",
};
const SSE = { "content-type": "text/event-stream" };

/** Writes a line for the contract to read back: this process may be another one, and gone by then. */
function note(line: string): void {
  const file = process.env.CONTRACT_NOTES;
  if (file) appendFileSync(file, `${line}\n`);
}

const handler: HttpHandler = async (request, invocation) => {
  const { pathname, searchParams } =
    URL.parse(`http://contract.invalid${request.url}`) ?? new URL("http://contract.invalid");
  const number = (name: string): number => Number(searchParams.get(name));
  switch (pathname) {
    case "/contract/status":
      return { status: number("code"), headers: ANSWER_HEADERS, body: "answer" };
    case "/contract/empty":
      return { status: 202, headers: {} };
    case "/contract/stream":
      return { status: 200, headers: SSE, body: twoEvents(number("gap")) };
    case "/contract/large":
      return { status: 200, headers: { "content-type": "text/plain" }, body: "é".repeat(number("bytes") / 2) };
    case "/contract/flood":
      return { status: 200, headers: SSE, body: flood(number("bytes")) };
    case "/contract/throw":
      throw new Error("detail for the operator alone");
    case "/contract/break":
      return { status: 200, headers: SSE, body: broken() };
    case "/contract/endless":
      return { status: 200, headers: SSE, body: endless(searchParams.get("name") ?? "") };
    case "/contract/linger":
      invocation.waitUntil?.(sleep(50).then(() => note(`lingered ${searchParams.get("name")}`)));
      return { status: 200, headers: {}, body: String(invocation.waitUntil !== undefined) };
    default:
      return echo(request, invocation);
  }
};
export default handler;

/** Responds with the request that arrived, as JSON. */
async function echo({ method, url, headers, body }: HttpRequest, invocation: Invocation): Promise<HttpResponse> {
  const arrived = {
    method,
    url,
    headers,
    body: (await bytesOf(body)).toString("base64"),
    requestId: invocation.requestId,
    clientIp: invocation.clientIp,
    identity: invocation.identity,
    canStream: invocation.canStream,
    deadline: invocation.deadline !== undefined,
    pid: process.pid,
  };
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(arrived) };
}

/** The whole body of a request. */
export async function bytesOf(body: HttpRequest["body"] = ""): Promise<Buffer> {
  if (typeof body === "string") return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await Array.fromAsync(body));
}

/** Two events that tell when each was written, in Unix milliseconds. */
async function* twoEvents(gapMs: number): AsyncGenerator<string, void> {
  yield `data: ${Date.now()}\n\n`;
  await sleep(gapMs);
  yield `data: ${Date.now()}\n\n`;
}

async function* flood(bytes: number): AsyncGenerator<string, void> {
  for (let left = bytes; left > 0; left -= 65_536) yield "x".repeat(Math.min(left, 65_536));
}

async function* broken(): AsyncGenerator<string, void> {
  yield "data: 1\n\n";
  // The first chunk leaves before the failure, so that a client sees a broken stream and not an error.
  await sleep(100);
  throw new Error("detail for the operator alone");
}

async function* endless(name: string): AsyncGenerator<string, void> {
  note(`started ${name}`);
  try {
    // Ends by itself: not every platform tells a handler that its client has left.
    for (let beat = 0; beat < 40; beat++) {
      yield `data: ${beat}\n\n`;
      await sleep(50);
    }
    note(`ran out ${name}`);
  } finally {
    note(`stopped ${name}`);
  }
}
