import { expect, test } from "vitest";
import { LightSignal, type Occasion } from "../../src/index.ts";
import { asAbortSignal } from "../../src/light-signal.ts";

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
