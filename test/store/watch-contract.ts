import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { inAnHour, type StoreUnderTest } from "./store-under-test.ts";

/** The contract of stores that push. */
export function describeWatch({ open }: StoreUnderTest): void {
  test("who watches a partition is told what another instance writes there, in order", async () => {
    const [watching, writing] = [open(), open()];
    const over = new AbortController();
    const [partition, other] = [randomUUID(), randomUUID()];
    const told: string[] = [];
    const ended = (async () => {
      for await (const sort of watching.watch?.(partition, over.signal) ?? []) told.push(sort);
    })();
    const put = (partition: string, sort: string) =>
      writing.put({ partition, sort, value: "v", expiresAt: inAnHour() });
    // From a moment after the call on.
    while (told.length === 0) await put(partition, "begun");
    for (let number = 0; number < 20; number++) {
      await put(other, `other ${number}`);
      await put(partition, String(number));
    }
    while (told.at(-1) !== "19") await new Promise(setImmediate);
    expect(told.filter((sort) => sort !== "begun")).toEqual(Array.from({ length: 20 }, (_, number) => String(number)));
    over.abort();
    await ended;
    await put(partition, "after the end");
    expect(told.at(-1)).toBe("19");
  });

  test("two who watch are told both, and one of them may leave", async () => {
    const store = open();
    const partition = randomUUID();
    const watchers = [0, 1].map(() => {
      const over = new AbortController();
      return { over, told: store.watch?.(partition, over.signal)[Symbol.asyncIterator]() };
    });
    const [first, second] = watchers;
    const next = Promise.all(watchers.map(({ told }) => told?.next()));
    let isTold = false;
    void next.then(() => {
      isTold = true;
    });
    const put = (sort: string) => store.put({ partition, sort, value: "v", expiresAt: inAnHour() });
    while (!isTold) await put("a");
    first?.over.abort();
    await first?.told?.return?.();
    let last: unknown;
    const reading = (async () => {
      while (last !== "b") last = (await second?.told?.next())?.value;
    })();
    await put("b");
    await reading;
    second?.over.abort();
    expect(await second?.told?.next()).toMatchObject({ done: true });
  });
}
