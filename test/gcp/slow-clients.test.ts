import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Container, listenOnPort } from "../../adapters/gcp/container.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { createV2Server } from "../support/servers.ts";

const REQUEST_SECONDS = 0.2;
const READER_SECONDS = 0.5;

const LARGE = "x".repeat(30_000_000);
const EMOJI = "😀".repeat(100_000);

let container: Container;

beforeAll(async () => {
  const endpoint = createMcpEndpoint(createV2Server, { logLevel: "silent", requestSeconds: REQUEST_SECONDS });
  container = await listenOnPort(
    async (request, invocation) => {
      if (request.url === "/whole") return { status: 200, headers: {}, body: LARGE };
      if (request.url.startsWith("/emoji")) return { status: 200, headers: {}, body: request.url.slice(6) + EMOJI };
      if (request.url === "/long") return { status: 200, headers: {}, body: long() };
      return request.url === "/stream" ? { status: 200, headers: {}, body: flood() } : endpoint(request, invocation);
    },
    { port: 0, host: "127.0.0.1", limits: { requestSeconds: REQUEST_SECONDS, readerSeconds: READER_SECONDS } },
  );
});
afterAll(() => container.close());

const streamReleased = Promise.withResolvers<void>();
async function* flood(): AsyncGenerator<string> {
  try {
    for (;;) yield "x".repeat(1_000_000);
  } finally {
    streamReleased.resolve();
  }
}

/** Takes longer than a client may read nothing, and is read. */
async function* long(): AsyncGenerator<string> {
  for (let part = 0; part < 6; part++) {
    yield "part";
    await sleep(500 * READER_SECONDS);
  }
}

function open(bytes: string, port = container.port): Socket {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  socket.on("error", () => {});
  socket.write(bytes);
  return socket;
}

/** Everything that the server sends until it closes the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await once(socket, "close");
  return answer;
}

test("headers that do not come to an end are answered with 408", async () => {
  expect(await untilClosed(open("POST /mcp HTTP/1.1\r\nHost: h\r\nX-Slow: "))).toMatch(/^HTTP\/1\.1 408 /);
});

test("a body that does not come to an end is answered with 408, in JSON, and the connection is closed", async () => {
  const head =
    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
  const answer = await untilClosed(open(head));
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*\r\nconnection: close\r\n/is);
  expect(answer).toContain('"jsonrpc":"2.0"');
});

test("a body that nobody will read is not waited for", async () => {
  const socket = open("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\nhalf");
  const [answer] = await once(socket, "data");
  expect(answer).toMatch(/^HTTP\/1\.1 404 .*\r\nconnection: close\r\n/is);
  socket.destroy();
});

test.each(["/whole", "/stream"])("a client that reads nothing of %s is left", async (path) => {
  const socket = open(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).pause();
  // The client still receives the part that the network holds, and no more.
  if (path === "/stream") await streamReleased.promise;
  else await sleep(5_000 * READER_SECONDS);
  expect((await untilClosed(socket.resume())).length).toBeLessThan(30_000_000);
});

test("a large text arrives as it is, wherever it is cut", async () => {
  for (const before of ["", "x"]) {
    const response = await fetch(`http://127.0.0.1:${container.port}/emoji${before}`);
    expect(await response.text()).toBe(`${before}${EMOJI}`);
  }
});

test("a response waits for a long one before it on the same connection, and arrives whole", async () => {
  const head = "HTTP/1.1\r\nHost: localhost\r\n";
  const answer = await untilClosed(open(`GET /long ${head}\r\nGET /emoji ${head}Connection: close\r\n\r\n`));
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toHaveLength(2);
  expect(Buffer.from(answer, "latin1").toString().endsWith(`\r\n\r\n${EMOJI}`)).toBe(true);
});

test("a client that reads slowly, but reads, gets its whole response", async () => {
  // Pauses take longer than the limit together, and a slow machine may add two seconds to each.
  const patient = await listenOnPort(async () => ({ status: 200, headers: {}, body: LARGE }), {
    port: 0,
    host: "127.0.0.1",
    limits: { requestSeconds: REQUEST_SECONDS, readerSeconds: 3 },
  });
  const socket = open("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", patient.port);
  let bytes = 0;
  let pauses = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    if (bytes < 7_000_000 * (pauses + 1)) return;
    pauses += 1;
    socket.pause();
    setTimeout(() => socket.resume(), 1_000);
  });
  await once(socket, "close");
  expect(bytes).toBeGreaterThan(LARGE.length);
  expect(pauses).toBe(4);
  await patient.close();
});
