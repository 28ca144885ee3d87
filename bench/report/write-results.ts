import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { type Comparison, isMet, type Row } from "./row.ts";

/** Everything that a run found out. */
export interface Results {
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
}

const FOLDER = join(import.meta.dirname, "..");

/** Writes `bench/results.md` and `bench/results.json`. */
export async function writeResults(results: Results): Promise<void> {
  const rows = results.rows.map((row) => ({ ...row, ...(row.ours?.target && { met: isMet(row.ours) }) }));
  await writeFile(join(FOLDER, "results.json"), `${JSON.stringify({ ...results, rows }, undefined, 2)}\n`);
  await writeFile(join(FOLDER, "results.md"), toMarkdown(results));
}

/** The results as people read them. */
export function toMarkdown({ machine, isQuick, seconds, notes, rows }: Results): string {
  const verdicts = rows.flatMap(({ ours }) => (ours?.target ? [isMet(ours)] : []));
  const table = [
    "| scenario | subject | median | spread | CPU | ours: wall | ours: CPU | target | |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ...rows.map(toLine),
  ];
  return `# Measured side by side

\`npm run bench${isQuick ? " -- --quick" : ""}\`, ${Math.round(seconds)} s, ${machine.date}. ${machine.cpu}, ${machine.cores} cores, load ${machine.load} before; ${machine.platform}.
${Object.entries(machine.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}.

Medians of rounds in shuffled order, with the least and the most of them. "Ours" compares with the subject of the row:
how many times as fast ours is (×), or which part of its time ours takes (÷). A target is met when it is by both clocks:
${verdicts.filter(Boolean).length} of ${verdicts.length} are.

${notes.map((note) => `- ${note}`).join("\n")}

${table.join("\n")}
`;
}

function toLine({ scenario, subject, unit, median, least, most, cpu, ours }: Row): string {
  const met = ours && isMet(ours);
  const cells = [
    scenario,
    subject,
    `${digits(median)} ${unit}`,
    least === undefined || most === undefined ? "" : `${digits(least)}–${digits(most)}`,
    cpu === undefined ? "" : digits(cpu),
    ours ? `${sign(ours)}${digits(ours.wall)}` : "",
    ours?.cpu === undefined ? "" : `${sign(ours)}${digits(ours.cpu)}`,
    ours?.target ? targetText(ours.target) : "",
    met === undefined ? "" : met ? "pass" : "**fail**",
  ];
  return `| ${cells.join(" | ")} |`;
}

const sign = ({ as }: Comparison): string => ({ times: "×", part: "÷", itself: "" })[as];

const targetText = (target: NonNullable<Comparison["target"]>): string =>
  "atLeast" in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;

/** Three that mean something. */
const digits = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : `${Number(value.toPrecision(3))}`;
