import { expect, test } from "vitest";
import { appendEvent, lastNumber, readEvents } from "../../src/store/event-log.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";

test("a reader of an empty log sees a writer whose clock is behind, also around the full hour", async () => {
  const hour = Date.UTC(2026, 0, 1, 12);
  let time = hour + 10;
  const store = observed(
    createMemoryStore(() => time),
    () => time,
  );
  const position = await lastNumber(store, "log");
  time = hour - 10;
  await appendEvent(store, "log", "late");
  expect(await readEvents(store, "log", position)).toMatchObject([{ value: "late" }]);
});
