import { expect, test } from "vitest";
import { memoryExcess } from "./memory-limits.ts";
import { runMemory } from "./memory-run.ts";

test("a container with a heap of 256 MiB lives beside slow and hostile bodies, and serves others", {
  timeout: 300_000,
}, async () => {
  const report = await runMemory({ connections: 200, seconds: 3, bodies: 200 });
  expect(memoryExcess(report)).toEqual([]);
  const { slow, hostile, afterwards } = report;
  // As many of the largest bodies as the machine has time for are served; the others are told to come again.
  expect(Object.values(slow).reduce((sum, count) => sum + count)).toBe(200);
  expect(Object.keys(slow).filter((status) => !["200", "408", "503"].includes(status))).toEqual([]);
  expect(afterwards).toEqual({ "200": 1 });
  expect(hostile).toMatchObject({ "400": expect.any(Number), "413": expect.any(Number) });
});
