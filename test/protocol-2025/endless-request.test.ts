import { afterEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/index.ts";
import { countedStore } from "../support/stores.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer, type Deeds } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

afterEach(() => void vi.useRealTimers());

test("a request that is never answered is given up after an hour, whoever waits for it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const deeds: Deeds = { cancelled: [], initialized: [] };
  const store = countedStore(createMemoryStore());
  const session = await startInstances(createSessionServer(deeds), { store }).open();
  const opening = session.call(0, "hang");
  await vi.advanceTimersByTimeAsync(4_000);
  const stream = readStream(await opening);
  await stream.next();
  await stream.leave();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(deeds.cancelled).toEqual([expect.stringContaining("after an hour")]);
  const before = { ...store.counts };
  await vi.advanceTimersByTimeAsync(60_000);
  expect(store.counts).toEqual(before);
});
