/**
 * `npm run mutants`: plants each fault of the catalog in a copy of the repository and runs the test that has to notice it.
 * `npm run mutants -- jwks` does so with the faults in files, tests and promises whose names hold the word.
 */
import { readFileSync } from "node:fs";
import { CATALOG } from "./catalog.ts";
import { withFault } from "./planted-fault.ts";
import { runFaults } from "./run-faults.ts";

const [word = ""] = process.argv.slice(2);
const chosen = CATALOG.flatMap(({ promise, faults }) =>
  faults.filter(({ file, test }) => `${promise} ${file} ${test}`.includes(word)),
);
// Before minutes are spent on the others.
for (const fault of chosen) withFault(readFileSync(new URL(`../../${fault.file}`, import.meta.url), "utf8"), fault);
const startedAt = Date.now();
let done = 0;
const outcomes = await runFaults(chosen, ({ fault, problem }) => {
  done += 1;
  const verdict = problem === undefined ? "caught" : `SURVIVED: ${problem}`;
  say(`${done}/${chosen.length} ${fault.file}: ${fault.replacement.trim().split("\n")[0]?.slice(0, 70)}: ${verdict}`);
});
const survivors = outcomes.filter(({ problem }) => problem !== undefined);
say(
  `${chosen.length - survivors.length} of ${chosen.length} faults caught in ${Math.round((Date.now() - startedAt) / 1000)} s`,
);
process.exitCode = survivors.length > 0 || chosen.length === 0 ? 1 : 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
