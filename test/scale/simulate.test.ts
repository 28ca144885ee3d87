import { expect, test } from "vitest";
import { dollarsPerDay, PRICES } from "../../bench/simulate/prices.ts";
import { simulate, simulatePublishers } from "../../bench/simulate/simulate.ts";

const DEPLOYMENT = { instances: 10, streams: 100, callsPerSecond: 5, changesPerSecond: 1, seconds: 10 };

test("a simulated deployment hears every change, and its busiest partition takes a hundred times as many instances", async () => {
  const { heard, due, busiest, throttled, meter } = await simulate(DEPLOYMENT);
  expect(heard).toBe(due);
  expect(throttled).toBe(0);
  // At a hundred times the instances: 1,000 read and 500 write units a second.
  expect(busiest.reads).toMatchObject({ partition: "changes" });
  expect(busiest.reads.readUnits * 100).toBeLessThanOrEqual(1_100);
  expect(busiest.writes.writeUnits).toBeLessThanOrEqual(5);
  for (const prices of PRICES) expect(dollarsPerDay(prices, meter, DEPLOYMENT.seconds)).toBeGreaterThan(0);
});

test("a simulated deployment of twice the size costs about twice as much", async () => {
  const quiet = { ...DEPLOYMENT, changesPerSecond: 0, callsPerSecond: 0 };
  const [one, two] = [await simulate(quiet), await simulate({ ...quiet, instances: 20, streams: 200 })];
  expect(two.meter.readUnits / one.meter.readUnits).toBeGreaterThan(1.7);
  expect(two.meter.readUnits / one.meter.readUnits).toBeLessThan(2.3);
});

test("1,000 simulated instances that publish at once settle within 5 s, with none lost and two writes each", async () => {
  const { heard, ms, meter } = await simulatePublishers(1_000);
  expect(heard).toBe(1_000);
  expect(ms).toBeLessThanOrEqual(5_000);
  expect(meter.writes).toBeLessThanOrEqual(2_000);
});
