import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { StateStore } from "../../src/adapter.ts";
import { inAnHour, type StoreUnderTest } from "./store-under-test.ts";

/** The contract for those who write at the same time. */
export function describeRaces({ open, notAtomic }: StoreUnderTest): void {
  const stores: StateStore[] = [];
  const storeOf = (index: number): StateStore => stores[index % stores.length] as StateStore;
  beforeAll(() => {
    for (let i = 0; i < 4; i++) stores.push(open());
  });

  test.for(["absent", "version"])(
    "exactly one of 100 writers with the same condition (%s) wins",
    async (kind, { skip }) => {
      if (notAtomic) skip(notAtomic);
      const item = { partition: randomUUID(), sort: "prize", value: "nobody", expiresAt: inAnHour() };
      const when = kind === "absent" ? kind : { version: (await storeOf(0).put(item)).version };
      const writes = await Promise.allSettled(
        Array.from({ length: 100 }, (_, i) => storeOf(i).put({ ...item, value: `writer ${i}` }, when)),
      );
      const won = writes.filter((write) => write.status === "fulfilled");
      const lost = writes.filter((write) => write.status === "rejected" && write.reason.code === "STATE_CONFLICT");
      expect([won.length, lost.length]).toEqual([1, 99]);
      expect(await storeOf(1).get(item)).toEqual(won[0]?.value);
    },
  );

  test("100 additions at once count 100, and each sees a sum of its own", async ({ skip }) => {
    if (notAtomic) skip(notAtomic);
    const counter = { partition: randomUUID(), sort: "counter" };
    const sums = await Promise.all(Array.from({ length: 100 }, (_, i) => storeOf(i).add(counter, 1, inAnHour())));
    expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(await storeOf(0).get(counter)).toMatchObject({ value: "100" });
  });

  test("an expired counter begins again once, whichever instance adds to it", async ({ skip }) => {
    if (notAtomic) skip(notAtomic);
    let now = Date.now();
    const stores = [open(() => now), open(() => now)];
    const counter = { partition: randomUUID(), sort: "counter" };
    const expiresAt = Math.floor(now / 1000) + 10;
    await stores[0]?.add(counter, 50, expiresAt);
    now = expiresAt * 1000;
    const adds = Array.from({ length: 20 }, (_, i) => stores[i % 2]?.add(counter, 1, expiresAt + 10));
    expect(Math.max(...(await Promise.all(adds)).map(Number))).toBe(20);
  });
}
