/**
 * `npm run answers`: the long form, 20,000 requests. `npm run answers -- --seed 7 --runs 500` repeats a run, or makes it a
 * shorter one. Exit code 1 when a request was not answered as it must be.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { containUnhandledRejections } from "../../src/adapter.ts";
import { type Case, flawOf } from "./ask.ts";
import { LATE_MS } from "./behaviour.ts";
import { caseOf } from "./cases.ts";

/** Requests at the same time: most of them wait. */
const AT_ONCE = 16;
const SHORT_RUNS = 2_000;

const { values } = parseArgs({ options: { seed: { type: "string" }, runs: { type: "string", default: "20000" } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const runs = Number(values.runs);

// As adapters do: what the handlers leave behind is logged, which is not looked at here.
containUnhandledRejections();
let logged = 0;
console.error = () => void logged++;

const cases = fc.sample(caseOf({ isLong: runs > SHORT_RUNS }), { seed, numRuns: runs });
const flaws: string[] = [];
let next = 0;
async function askAll(): Promise<void> {
  for (let asked = cases[next++]; asked; asked = cases[next++]) await ask(asked);
}
async function ask(asked: Case): Promise<void> {
  const flaw = await flawOf(asked);
  if (flaw) flaws.push(`${flaw}: ${JSON.stringify(asked)}`);
}
await Promise.all(Array.from({ length: AT_ONCE }, askAll));
// Handlers may leave timers and promises behind, which fire after the answers.
await sleep(LATE_MS * 4);
for (const flaw of flaws) say(`flaw: ${flaw}`);
say(`answers: seed ${seed}, ${runs} requests, ${flaws.length} flaws, ${logged} lines on the error stream`);
process.exit(flaws.length > 0 ? 1 : 0);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
