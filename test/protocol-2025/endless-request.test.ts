import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { countedStore, quietStore } from "../support/stores.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer, type Deeds } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

test("a request without a response is given up in time, and the store is then left alone", async () => {
  const deeds: Deeds = { cancelled: [], initialized: [] };
  const store = countedStore(createMemoryStore());
  const timings = { streamAfterMs: 20, longestRequestMs: 500, writerSignMs: 50, mailboxFirstReadMs: 20 };
  const session = await startInstances(createSessionServer(deeds), { store }, { timings }).open();
  const stream = readStream(await session.call(0, "hang"));
  await stream.next();
  await stream.leave();
  await expect.poll(() => deeds.cancelled).toEqual([expect.stringContaining("after an hour")]);
  const operations = await quietStore(store);
  await sleep(400);
  expect(await quietStore(store)).toBe(operations);
});
