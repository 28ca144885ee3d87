import { expect, test } from "vitest";
import { DRILL_PLACES, runDrill } from "./drill.ts";
import { faultsOf } from "./verdict.ts";

const seed = Number(process.env.DRILL_SEED ?? Date.now() % 1_000_000);

test.each(DRILL_PLACES)(
  `bad versions are taken back on %s while clients with sessions call (DRILL_SEED=${seed})`,
  { timeout: 300_000 },
  async (place) => {
    const { broken, flaky } = await runDrill({ place, clients: 10, seed });
    for (const report of [broken, flaky]) if (report) expect(faultsOf(report)).toEqual([]);
    // The smoke test keeps it from all clients.
    if (place !== "azure") {
      expect(broken).toMatchObject({
        failed: 0,
        toBad: 0,
        told: expect.stringContaining("The tool state answers with an error"),
      });
    }
    expect(flaky?.failed).toBeGreaterThanOrEqual(5);
  },
);
