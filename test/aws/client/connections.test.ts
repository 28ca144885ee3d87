import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kindOf } from "../../../adapters/aws/client/failure.ts";
import { type Connections, createConnections } from "../../../adapters/shared/connections.ts";

let server: Server;
let connections: Connections;
let serve: (request: IncomingMessage, response: ServerResponse) => void;
const sockets = new Set<Socket>();

beforeEach(async () => {
  sockets.clear();
  serve = (_request, response) => response.end("{}");
  server = createServer((request, response) => serve(request.resume(), response));
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  connections = connect();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const connect = (): Connections =>
  createConnections(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
const send = (signal: AbortSignal = new AbortController().signal, to = connections) =>
  to.send({}, "{}", { signal, fresh: false });
const failureOf = (sending: Promise<unknown>): Promise<Error & { code?: string }> =>
  sending.then(
    () => expect.unreachable("it fails"),
    (error) => error,
  );

test("one connection serves requests in turn", async () => {
  for (let i = 0; i < 3; i++) expect(await send()).toMatchObject({ status: 200, text: "{}" });
  expect(sockets.size).toBe(1);
});

test("a connection that was closed meanwhile is not used any more", async () => {
  await send();
  server.closeIdleConnections();
  // An answer that came later is read later.
  for (let i = 0; i < 3; i++) await send(undefined, connect());
  sockets.clear();
  expect(await send()).toMatchObject({ status: 200 });
  expect(sockets.size).toBe(1);
});

test("a connection that breaks under a request leaves it unsure, and the next request is sound", async () => {
  await send();
  serve = (request) => request.socket.resetAndDestroy();
  const failure = await failureOf(send());
  expect(failure.code).toBe("ECONNRESET");
  expect(kindOf(failure)).toBe("unsure");
  expect(sockets.size).toBe(1);
  serve = (_request, response) => response.end("{}");
  expect(await send()).toMatchObject({ status: 200 });
});

test("an answer that breaks off is unsure", async () => {
  serve = (request, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("{", () => request.socket.destroy());
  };
  expect(kindOf(await failureOf(send()))).toBe("unsure");
});

test("an answer that is no HTTP is unsure, and a port where nobody listens is not applied", async () => {
  serve = (request) => request.socket.end("nonsense\r\n\r\n");
  expect(kindOf(await failureOf(send()))).toBe("unsure");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(kindOf(await failureOf(send()))).toBe("not applied");
});

test.each(["before the answer", "in the middle of it"])(
  "a request that is given up %s is ended at once",
  async (when) => {
    const asked = Promise.withResolvers<Socket>();
    serve = (request, response) => {
      if (when === "before the answer") asked.resolve(request.socket);
      else response.writeHead(200, { "content-length": 100 }).write("{", () => asked.resolve(request.socket));
    };
    const givenUp = new AbortController();
    const failure = failureOf(send(givenUp.signal));
    const socket = await asked.promise;
    // The beginning of the answer is read in the next turns of the event loop.
    for (let round = 0; round < 5; round++) await new Promise(setImmediate);
    givenUp.abort();
    expect(await failure).toMatchObject({ name: "AbortError" });
    // The server sees its connection close.
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  },
);

test("a request that is given up before it begins is not sent", async () => {
  let asked = 0;
  serve = (_request, response) => {
    asked++;
    response.end("{}");
  };
  expect(await failureOf(send(AbortSignal.abort()))).toMatchObject({ name: "AbortError" });
  await send();
  expect(asked).toBe(1);
});

test("as many connections are opened as AWS's client opens, and no more", async () => {
  const waiting: ServerResponse[] = [];
  serve = (_request, response) => void waiting.push(response);
  const sent = Array.from({ length: 60 }, () => send());
  while (waiting.length < 50) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sockets.size).toBe(50);
  serve = (_request, response) => response.end("{}");
  for (const response of waiting) response.end("{}");
  expect(await Promise.all(sent)).toHaveLength(60);
  expect(sockets.size).toBe(50);
});

test("an address that is no endpoint is refused", async () => {
  const failure = await failureOf(send(undefined, createConnections(new URL("ftp://127.0.0.1/"))));
  expect(kindOf(failure)).toBe("refused");
});
