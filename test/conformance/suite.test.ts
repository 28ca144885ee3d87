import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "vitest";
import { runSuite } from "./suite.ts";

test("a run that is interrupted ends at once, and its process with it", async () => {
  const interruption = new AbortController();
  const called = Promise.withResolvers<Socket>();
  // A server that never answers would keep the suite busy for minutes.
  const server = createServer(({ socket }) => called.resolve(socket));
  try {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const run = runSuite({ url, revision: "2026-07-28", signal: interruption.signal });
    const socket = await Promise.race([called.promise, run.then(() => expect.unreachable())]);
    const disconnected = once(socket, "close");
    interruption.abort();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    await disconnected;
  } finally {
    interruption.abort();
    server.closeAllConnections();
    server.close();
  }
});
