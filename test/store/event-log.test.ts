import { afterEach, expect, test, vi } from "vitest";
import { appendEvent, lastNumber, readEvents } from "../../src/store/event-log.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";

afterEach(() => void vi.useRealTimers());

test("whoever listens to an empty log hears a writer whose clock is behind, also around the full hour", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const store = createMemoryStore();
  const hour = Date.UTC(2026, 0, 1, 12);
  vi.setSystemTime(hour + 10);
  const position = await lastNumber(store, "log");
  vi.setSystemTime(hour - 10);
  await appendEvent(store, "log", "late");
  expect(await readEvents(store, "log", position)).toMatchObject([{ value: "late" }]);
});
