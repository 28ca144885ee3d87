import { expect, test } from "vitest";
import { watchVersion } from "../../cli/release/watch.ts";

const quiet = { requests: 0, failed: 0 };

/** Watches a version whose looks fail where `fails` says so, by their number from 1 to 10. */
async function watch(fails: (look: number) => boolean, failed = 0): Promise<number> {
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (fails(looks)) throw new Error("The service is busy.");
    return { now: { requests: 10, failed }, before: quiet };
  };
  await watchVersion("v2", look, { dryRun: false, pause: async () => {} });
  return looks;
}

test("a version is watched ten times, and a look that fails now and then does not take it back", async () => {
  expect(await watch(() => false)).toBe(10);
  expect(await watch((look) => look < 10 && look % 3 !== 0)).toBe(10);
});

test.each([
  ["three times in a row", (look: number) => look > 3 && look < 7],
  ["at the end", (look: number) => look === 10],
])("a version that cannot be watched %s goes back, with the reason", async (_when, fails) => {
  await expect(watch(fails)).rejects.toThrow("The service is busy.");
});

test("a version that fails goes back, also behind a look that failed", async () => {
  await expect(watch((look) => look < 3, 5)).rejects.toThrow("5 of 10 requests to v2 failed.");
});
