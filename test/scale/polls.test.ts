import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";

test("of 150 polls that a slow store leaves waiting, few are under way, and a call does not wait for them", async () => {
  const inner = createMemoryStore();
  const answer = Promise.withResolvers<void>();
  let polls = 0;
  const store = observed({
    ...inner,
    async list(partition, range) {
      if (range?.eventual) polls += 1;
      if (range?.eventual) await answer.promise;
      return inner.list(partition, range);
    },
  });
  const waiting = Array.from({ length: 150 }, (_, number) => store.list(`mailbox/${number}`, { eventual: true }));
  expect(await store.list("session")).toEqual([]);
  expect(await store.get({ partition: "session", sort: "record" })).toBeUndefined();
  expect(polls).toBe(8);
  answer.resolve();
  await Promise.all(waiting);
  expect(polls).toBe(150);
});
