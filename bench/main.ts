/**
 * `npm run bench`: ours beside its peers, in one run on one machine. `-- --quick` takes less than 3 minutes and writes no file.
 * `-- --only telemetry --keep` puts the rows of a scenario, which are ratios within it, into the results of the last whole run.
 */
import { Console } from "node:console";
import { parseArgs } from "node:util";
import { buildArtefacts } from "./artefacts.ts";
import { installPeers } from "./install-peers.ts";
import { readMachine } from "./report/machine.ts";
import { type Results, toMarkdown } from "./report/markdown.ts";
import { keepRows, writeResults } from "./report/write-results.ts";
import type { Effort, Finding } from "./scenarios/scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const QUICK: Effort = {
  everything: false,
  rounds: 5,
  turnMs: 50,
  warmUpRequests: 800,
  starts: 4,
  throttledStarts: 2,
  memorySteps: { ours: 4, peers: 1 },
};

const FULL: Effort = {
  everything: true,
  rounds: 11,
  turnMs: 250,
  warmUpRequests: 6_000,
  starts: 21,
  throttledStarts: 9,
  memorySteps: { ours: 11, peers: 4 },
};

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string", multiple: true }, keep: { type: "boolean" } },
});
const { quick: isQuick = false, only = Object.keys(SCENARIOS), keep: isKept = false } = values;
const unknown = only.find((name) => !Object.hasOwn(SCENARIOS, name));
if (unknown !== undefined) {
  throw new Error(`There is no scenario "${unknown}": --only takes ${Object.keys(SCENARIOS).join(", ")}.`);
}
const startedAt = performance.now();
const progress = new Console(process.stderr);

installPeers();
const machine = readMachine();
const { artefacts, hosts } = await buildArtefacts();
const findings: Finding[] = [];
for (const [name, measure] of Object.entries(SCENARIOS)) {
  if (!only.includes(name)) continue;
  const scenarioAt = performance.now();
  findings.push(await measure({ artefacts, hosts, effort: isQuick ? QUICK : FULL }));
  progress.error(`${name}: ${Math.round((performance.now() - scenarioAt) / 1000)} s`);
}
const results: Results = {
  machine,
  isQuick,
  seconds: (performance.now() - startedAt) / 1000,
  notes: findings.flatMap(({ notes = [] }) => notes),
  rows: findings.flatMap(({ rows }) => rows),
};
// A quick run, or a part of one, must not replace the results of a whole run.
if (!isQuick && !values.only) await writeResults(results);
else if (!isQuick && isKept) await keepRows(results);
process.stdout.write(toMarkdown(results));
