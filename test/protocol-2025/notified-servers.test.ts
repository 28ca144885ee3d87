import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { countedStore, quietStore } from "../support/stores.ts";
import { startInstances } from "./instances.ts";

const INITIALIZED = { jsonrpc: "2.0", method: "notifications/initialized" };
const capabilities = { roots: {} };
const TIMINGS = { mailboxFirstReadMs: 20, mailboxSlowestReadMs: 40 };

function startAsking() {
  const outcomes: string[] = [];
  const store = countedStore(createMemoryStore());
  const instances = startInstances(
    () => {
      const asking = new McpServer({ name: "asks", version: "1.0.0" });
      const { server } = asking;
      server.oninitialized = async () => {
        try {
          const { roots } = await server.listRoots();
          outcomes.push(String(roots[0]?.uri));
        } catch (error) {
          outcomes.push(String(error));
        }
      };
      return asking;
    },
    { store },
    { timings: TIMINGS },
  );
  return { instances, store, outcomes };
}

describe("a server that asks its client because of a notification", () => {
  test("gets its answer, and is done, also where the platform waits for nothing", async () => {
    const { instances, store, outcomes } = startAsking();
    const session = await instances.open({ capabilities });
    const stream = await session.listen(1);
    await session.send(0, INITIALIZED, { invocation: {} });
    const { message } = await stream.message();
    await session.send(2, { jsonrpc: "2.0", id: message.id, result: { roots: [{ uri: "file:///a" }] } });
    await expect.poll(() => outcomes).toEqual(["file:///a"]);
    await stream.leave();
    const operations = await quietStore(store);
    await sleep(10 * TIMINGS.mailboxSlowestReadMs);
    expect(await quietStore(store)).toBe(operations);
  });

  test("gets a long answer, which is kept only for requests in flight", async () => {
    const { instances, outcomes } = startAsking();
    const session = await instances.open({ capabilities });
    const stream = await session.listen(1);
    await session.send(0, INITIALIZED);
    const { message } = await stream.message();
    const roots = Array.from({ length: 1000 }, (_, n) => ({ uri: `file:///${n}` }));
    await session.send(2, { jsonrpc: "2.0", id: message.id, result: { roots } });
    await expect.poll(() => outcomes).toEqual(["file:///0"]);
    await stream.leave();
  });

  test("is told at once that it cannot where no client could be asked", async () => {
    const { instances, outcomes } = startAsking();
    const session = await instances.open({ capabilities });
    const works: Array<Promise<unknown>> = [];
    const invocation = { canStream: false, waitUntil: (work: Promise<unknown>) => void works.push(work) };
    expect((await session.send(0, INITIALIZED, { invocation })).status).toBe(202);
    await Promise.all(works);
    expect(outcomes).toEqual([expect.stringContaining("cannot send roots/list")]);
  });
});
