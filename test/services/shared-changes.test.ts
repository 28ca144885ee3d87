import { expect, test } from "vitest";
import { createSharedPublisher } from "../../src/services/shared-changes.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";

/** Instances whose clock stands still, so that what they tell belongs to one turn until it is set. */
function instances(count: number) {
  const clock = { now: Math.floor(Date.now() / 1_000) * 1_000 + 900 };
  const told: string[] = [];
  const store = createMemoryStore();
  const publishers = Array.from({ length: count }, () =>
    createSharedPublisher(observed(store, { now: () => clock.now }), async (json) => void told.push(json)),
  );
  return { clock, told, publishers };
}

test("what many instances learn in one turn is told once", async () => {
  const { told, publishers } = instances(20);
  await Promise.all(publishers.flatMap((publish) => [publish("a"), publish("a"), publish("b")]));
  expect(told.sort()).toEqual(["a", "b"]);
});

test("what they learn after that is told again", async () => {
  const { clock, told, publishers } = instances(3);
  await Promise.all(publishers.map((publish) => publish("a")));
  clock.now += 1_000;
  await Promise.all(publishers.map((publish) => publish("a")));
  expect(told).toEqual(["a", "a"]);
});
