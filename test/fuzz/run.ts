/**
 * `npm run fuzz`: the long form, 100,000 requests. `npm run fuzz -- --seed 7 --runs 5000` repeats a run, or makes it a
 * shorter one. Exit code 1 when anything was found.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { growth } from "./growth.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, runs: { type: "string", default: "100000" } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const runs = Number(values.runs);
say(`fuzz: seed ${seed}, ${runs} requests`);
const startedAt = Date.now();
const { violations, statuses, heap } = await fuzz({
  ...{ seed, runs },
  progress: (done, found) =>
    say(`${done} of ${runs}, ${found} violations, ${Math.round((Date.now() - startedAt) / 1000)} s`),
});
for (const [arm, counts] of Object.entries(statuses)) say(`${arm}: ${JSON.stringify(counts)}`);
for (const violation of violations) say(`violation: ${violation}`);
const { grew, summary } = growth(heap);
say(summary);
say(`fuzz: seed ${seed}, ${runs} requests, ${violations.length} violations, memory ${grew ? "grew" : "steady"}`);
process.exitCode = violations.length > 0 || grew ? 1 : 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
