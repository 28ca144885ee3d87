/** `npm run bench`: ours beside its peers, in one run on one machine; `-- --quick` in less than two minutes. */
import { Console } from "node:console";
import { parseArgs } from "node:util";
import { buildArtefacts } from "./artefacts.ts";
import { installPeers } from "./install-peers.ts";
import { readMachine } from "./report/machine.ts";
import { type Results, toMarkdown, writeResults } from "./report/write-results.ts";
import type { Effort, Finding } from "./scenarios/scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const QUICK: Effort = {
  everybody: false,
  rounds: 5,
  turnMs: 50,
  warmUpRequests: 800,
  starts: 4,
  throttledStarts: 2,
  memorySteps: { ours: 4, peers: 1 },
};

const FULL: Effort = {
  everybody: true,
  rounds: 11,
  turnMs: 250,
  warmUpRequests: 6_000,
  starts: 21,
  throttledStarts: 9,
  memorySteps: { ours: 11, peers: 4 },
};

const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string", multiple: true } } });
const { quick: isQuick = false, only = Object.keys(SCENARIOS) } = values;
const startedAt = performance.now();
const output = new Console(process.stderr);

await installPeers();
const machine = readMachine();
const { artefacts, hosts } = await buildArtefacts();
const findings: Finding[] = [];
let text = "";
for (const [name, measure] of Object.entries(SCENARIOS)) {
  if (!only.includes(name)) continue;
  const scenarioAt = performance.now();
  findings.push(await measure({ artefacts, hosts, effort: isQuick ? QUICK : FULL }));
  output.error(`${name}: ${Math.round((performance.now() - scenarioAt) / 1000)} s`);
  // After each of them: what is there is there when a later one fails.
  const results: Results = {
    machine,
    isQuick,
    seconds: (performance.now() - startedAt) / 1000,
    notes: findings.flatMap(({ notes = [] }) => notes),
    rows: findings.flatMap(({ rows }) => rows),
  };
  // A part must not take the place of the whole.
  if (!values.only) await writeResults(results);
  text = toMarkdown(results);
}
process.stdout.write(text);
