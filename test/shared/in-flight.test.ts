import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createInFlight, type InFlight } from "../../adapters/shared/in-flight.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Some turns of the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
}

const GRACE = { answerMs: 700, endMs: 900 };

/** A request of `inFlight` that writes down what it is told. */
function request(inFlight: InFlight): ReturnType<InFlight["enter"]> & { readonly told: string[] } {
  const told: string[] = [];
  return { told, ...inFlight.enter({ stop: () => told.push("stop"), fire: () => told.push("fire") }) };
}

/** Drains, and tells whether that is over. */
function drain(inFlight: InFlight): { isOver: boolean } {
  const state = { isOver: false };
  void inFlight.drain(GRACE).then(() => {
    state.isOver = true;
  });
  return state;
}

test("what is in flight is stopped at once, answered when the grace is nearly over, and no longer waited for at its end", async () => {
  const inFlight = createInFlight();
  const { told } = request(inFlight);
  const draining = drain(inFlight);
  expect(told).toEqual(["stop"]);
  await vi.advanceTimersByTimeAsync(GRACE.answerMs - 1);
  expect(told).toEqual(["stop"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(["stop", "fire"]);
  await vi.advanceTimersByTimeAsync(GRACE.endMs - GRACE.answerMs - 1);
  expect(draining.isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(draining.isOver).toBe(true);
});

test("a request that comes later is told the same", async () => {
  const inFlight = createInFlight();
  request(inFlight);
  drain(inFlight);
  expect(request(inFlight).told).toEqual(["stop"]);
  await vi.advanceTimersByTimeAsync(GRACE.answerMs);
  expect(request(inFlight).told).toEqual(["stop", "fire"]);
});

test("it is over when the last request has left and its work has settled, and no timer remains", async () => {
  const inFlight = createInFlight();
  const [first, second] = [request(inFlight), request(inFlight)];
  const [work, failing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const errors: unknown[] = [];
  first.keep(work.promise, (error) => errors.push(error));
  first.keep(failing.promise, (error) => errors.push(error));
  first.leave();
  first.leave();
  const draining = drain(inFlight);
  expect(first.told).toEqual(["stop"]);
  second.leave();
  failing.reject("no luck");
  await vi.advanceTimersByTimeAsync(0);
  expect([draining.isOver, errors]).toEqual([false, ["no luck"]]);
  work.resolve();
  await turns();
  expect(draining.isOver).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("work that goes on after its response is answered near the end, too", async () => {
  const inFlight = createInFlight();
  const { keep, leave, told } = request(inFlight);
  keep(new Promise(() => {}), () => {});
  leave();
  drain(inFlight);
  await vi.advanceTimersByTimeAsync(GRACE.answerMs);
  expect(told).toEqual(["stop", "fire"]);
});

test("an instance with nothing in flight ends at once", async () => {
  const draining = drain(createInFlight());
  await turns();
  expect([draining.isOver, vi.getTimerCount()]).toEqual([true, 0]);
});

test("it is not over while a request that had arrived is only now read", async () => {
  const inFlight = createInFlight();
  const draining = drain(inFlight);
  const { leave } = request(inFlight);
  await turns();
  expect(draining.isOver).toBe(false);
  leave();
  await turns();
  expect(draining.isOver).toBe(true);
});
