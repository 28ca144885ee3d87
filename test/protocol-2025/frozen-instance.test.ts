import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { StateStore } from "../../src/adapter.ts";
import { createMemoryStore } from "../../src/index.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";

/** An instance whose writes take their time, and that does nothing any more once it is frozen. */
function freezable(store: StateStore): StateStore & { freeze(): void } {
  let frozen = false;
  const thaw = new Promise<never>(() => {});
  return {
    ...store,
    async put(item, when) {
      await sleep(150);
      return frozen ? thaw : store.put(item, when);
    },
    freeze: () => {
      frozen = true;
    },
  };
}

test("the standalone stream's lease is revoked before the answer lets its instance be frozen", async () => {
  const shared = createMemoryStore();
  const lambda = freezable(shared);
  const [frozen, awake] = [
    startInstances(createSessionServer(), { store: lambda }),
    startInstances(createSessionServer(), { store: shared }),
  ];
  const session = await awake.open();
  const stream = await session.listen(1);
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "dismiss", arguments: {} } };
  const headers = { "mcp-session-id": session.id, "mcp-protocol-version": "2025-11-25" };
  expect((await frozen.instances[0](message, { headers })).status).toBe(200);
  lambda.freeze();
  expect((await stream.rest()).at(-1)).toEqual({ retry: expect.any(Number) });
}, 10_000);

test("a standalone stream without a client gives up its lease before its instance is frozen", async () => {
  const shared = createMemoryStore();
  const lambda = freezable(shared);
  const [frozen, awake] = [
    startInstances(createSessionServer(), { store: lambda }),
    startInstances(createSessionServer(), { store: shared }),
  ];
  const session = await awake.open();
  const headers = { "mcp-session-id": session.id, "mcp-protocol-version": "2025-11-25" };
  const works = new Set<Promise<unknown>>();
  const invocation = { exclusive: true, waitUntil: (work: Promise<unknown>) => void works.add(work) };
  const { body } = await frozen.instances[0](undefined, { method: "GET", headers, invocation });
  const chunks = (body as AsyncIterable<string>)[Symbol.asyncIterator]();
  await chunks.next();
  await chunks.return?.();
  await Promise.all(works);
  lambda.freeze();
  const next = await session.listen(1);
  await next.leave();
});

test("a client that was gone before its standalone stream began does not keep the lease", async () => {
  const instances = startInstances(createSessionServer());
  const session = await instances.open();
  const gone = new AbortController();
  const opening = session.get(0, undefined, { signal: gone.signal });
  gone.abort();
  // As an adapter does that has nobody to send it to.
  const { body } = await opening;
  if (typeof body === "object") await body[Symbol.asyncIterator]().return?.();
  const next = await session.listen(1);
  await next.leave();
});
