import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareSortKeys } from "../../src/adapter.ts";
import { createMemoryStore } from "../../src/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

test("expired items leave the process, however many pass through", async () => {
  let now = 0;
  const held: WeakRef<object>[] = [];
  const store = createMemoryStore(() => now);
  for (let second = 0; second < 2_000; second++) {
    now = second * 1000;
    held.push(new WeakRef(await store.put({ partition: `p${second}`, sort: "s", value: "v", expiresAt: second + 10 })));
  }
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const alive = held.filter((item) => item.deref() !== undefined);
  expect(alive.length).toBeLessThan(200);
  // And the store itself is not what was collected.
  expect(await store.get({ partition: "p1999", sort: "s" })).toMatchObject({ value: "v" });
});

test("sort keys compare as their bytes do", () => {
  const text = fc.string({ unit: "binary", maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareSortKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2_000 },
  );
});
