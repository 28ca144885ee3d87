import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LightSignal, type Occasion } from "../../src/adapter.ts";
import { asAbortSignal } from "../../src/http/light-signal.ts";

test("tells who listens once, in order, and nobody who stopped or came too late", () => {
  const signal = new LightSignal();
  const heard: string[] = [];
  const stopped = (): void => void heard.push("stopped");
  signal.addEventListener("abort", () => heard.push("first"));
  signal.addEventListener("abort", stopped);
  signal.addEventListener("abort", () => heard.push("second"), { once: true });
  signal.removeEventListener("abort", stopped);
  expect(signal.aborted).toBe(false);
  signal.abort();
  signal.abort();
  signal.addEventListener("abort", () => heard.push("late"));
  expect([signal.aborted, heard]).toEqual([true, ["first", "second"]]);
});

test("is an AbortSignal for who takes nothing else, whenever that is asked for", () => {
  const early = new LightSignal();
  const before = early.signal;
  expect(before.aborted).toBe(false);
  early.abort();
  expect([before.aborted, early.signal]).toEqual([true, before]);
  const late = new LightSignal();
  late.abort();
  expect(late.signal.aborted).toBe(true);
});

test("any occasion can be had as an AbortSignal", () => {
  const { signal } = new AbortController();
  expect(asAbortSignal(signal)).toBe(signal);
  const light = new LightSignal();
  expect(asAbortSignal(light)).toBe(light.signal);
  let ring = (): void => {};
  const foreign: Occasion = {
    aborted: false,
    addEventListener(_type, listener) {
      ring = () => listener(undefined);
    },
    removeEventListener() {},
  };
  const followed = asAbortSignal(foreign);
  expect(followed.aborted).toBe(false);
  ring();
  expect(followed.aborted).toBe(true);
  expect(asAbortSignal({ ...foreign, aborted: true }).aborted).toBe(true);
});

/** What happens to an occasion: one of five listeners comes or goes, or it takes place. */
type Step = readonly ["add" | "add once" | "remove", number] | readonly ["abort"];

/** What is heard, in order, when each listener is there once at most. */
function heardOf(occasion: Occasion, abort: () => void, steps: readonly Step[]): unknown[] {
  const heard: unknown[] = [];
  const listeners = [0, 1, 2, 3, 4].map((name) => () => void heard.push(name));
  const present = new Set<number>();
  for (const [what, name = 0] of steps) {
    const listener = listeners[name];
    if (what === "abort") abort();
    else if (what === "remove" && listener) {
      occasion.removeEventListener("abort", listener);
      present.delete(name);
    } else if (listener && !present.has(name)) {
      occasion.addEventListener("abort", listener, { once: what === "add once" });
      present.add(name);
    }
    heard.push(occasion.aborted);
  }
  return heard;
}

test("whatever comes, it does what an AbortSignal does", () => {
  const name = fc.integer({ min: 0, max: 4 });
  const change = fc.tuple(fc.constantFrom("add" as const, "add once" as const, "remove" as const), name);
  const step = fc.oneof({ weight: 4, arbitrary: change }, fc.constant(["abort"] as const));
  const property = fc.property(fc.array(step), (steps) => {
    const light = new LightSignal();
    const controller = new AbortController();
    const expected = heardOf(controller.signal, () => controller.abort(), steps);
    expect(heardOf(light, () => light.abort(), steps)).toEqual(expected);
  });
  fc.assert(property, { numRuns: 500 });
});
