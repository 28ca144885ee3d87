import { expect, test } from "vitest";
import { partitionOf } from "../../src/services/caller-scope.ts";
import { createHandles } from "../../src/services/handles.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { countedStore } from "../support/stores.ts";
import { createClock, createScopes } from "./scope.ts";

interface Cart {
  readonly items: readonly string[];
}

const HOUR = { ttlSeconds: 3600 };

test("one instance finds, changes and deletes what another one keeps", async () => {
  const scope = createScopes();
  const cart = await createHandles(scope()).create<Cart>({ items: ["milk"] }, HOUR);
  const elsewhere = createHandles(scope());
  expect(await elsewhere.get<Cart>(cart)).toEqual({ items: ["milk"] });
  const changed = await elsewhere.update<Cart>(cart, ({ items }) => ({ items: [...items, "bread"] }));
  expect(changed).toEqual({ items: ["milk", "bread"] });
  expect(await createHandles(scope()).get(cart)).toEqual(changed);
  await elsewhere.delete(cart);
  await elsewhere.delete(cart);
  expect(await createHandles(scope()).get(cart)).toBeUndefined();
});

test("somebody else's handle is unknown, whatever is tried with it", async () => {
  const scope = createScopes();
  const ada = createHandles(scope("ada"));
  const bob = createHandles(scope("bob"));
  const handle = await ada.create("secret", HOUR);
  expect(await bob.get(handle)).toBeUndefined();
  expect(await bob.update(handle, () => "stolen")).toBeUndefined();
  await bob.delete(handle);
  expect(await ada.get(handle)).toBe("secret");
});

test("none of 50 simultaneous changes is lost", async () => {
  const scope = createScopes();
  const counter = await createHandles(scope()).create(0, HOUR);
  await Promise.all(
    Array.from({ length: 50 }, () => createHandles(scope()).update<number>(counter, (count) => count + 1)),
  );
  expect(await createHandles(scope()).get(counter)).toBe(50);
});

test("a handle expires after its time, which a change renews and reading does not", async () => {
  const clock = createClock();
  const handles = createHandles(createScopes(clock)());
  const changed = await handles.create("a", { ttlSeconds: 60 });
  const read = await handles.create("b", { ttlSeconds: 60 });
  clock.pass(40);
  await handles.update<string>(changed, (value) => value.toUpperCase());
  expect(await handles.get(read)).toBe("b");
  clock.pass(40);
  expect(await handles.get(changed)).toBe("A");
  expect(await handles.get(read)).toBeUndefined();
  expect(await handles.update(read, () => "c")).toBeUndefined();
});

test("a change that came after the value was forgotten does not bring it back", async () => {
  const handles = createHandles(createScopes()());
  const handle = await handles.create("a", HOUR);
  const outcome = await handles.update(handle, async () => {
    await handles.delete(handle);
    return "b";
  });
  expect(outcome).toBeUndefined();
  expect(await handles.get(handle)).toBeUndefined();
});

test("handles are 144 random bits, and what cannot be one is not looked up", async () => {
  const clock = createClock();
  const store = countedStore(createMemoryStore(clock.now));
  const handles = createHandles(createScopes(clock, store)());
  const made = new Set(await Promise.all(Array.from({ length: 100 }, () => handles.create(1, HOUR))));
  expect(made.size).toBe(100);
  for (const handle of made) expect(handle).toMatch(/^[\w-]{24}$/);
  for (const guess of ["", "../x", "a".repeat(10_000), "\u{D800}"]) {
    expect(await handles.get(guess)).toBeUndefined();
    expect(await handles.update(guess, () => 1)).toBeUndefined();
    await handles.delete(guess);
  }
  expect(store.counts).toEqual({ reads: 0, writes: 100 });
});

test.each([
  [undefined, HOUR, "A handle's value must be JSON"],
  [() => 1, HOUR, "A handle's value must be JSON"],
  ["a", { ttlSeconds: 0 }, "ttlSeconds must be a number of seconds above 0, not 0."],
  ["a", { ttlSeconds: Number.NaN }, "ttlSeconds must be a number of seconds above 0, not NaN."],
])("%s for %o is refused before anything is written", async (value, life, because) => {
  const clock = createClock();
  const store = countedStore(createMemoryStore(clock.now));
  await expect(createHandles(createScopes(clock, store)()).create(value, life)).rejects.toThrow(because);
  expect(store.counts.writes).toBe(0);
});

test("a change that forgets to return leaves the value as it was", async () => {
  const handles = createHandles(createScopes()());
  const cart = await handles.create<Cart>({ items: [] }, HOUR);
  await expect(handles.update(cart, () => undefined as never)).rejects.toThrow("return the changed value");
  expect(await handles.get(cart)).toEqual({ items: [] });
});

test("no choice of names gives two callers the same partition", () => {
  expect(partitionOf("handle", ["ada", "b1"])).not.toBe(partitionOf("handle", ["adab", "1"]));
  expect(partitionOf("handle", ['ada","b', "1"])).not.toBe(partitionOf("handle", ["ada", 'b","1']));
});
