import type { Machine } from "./machine.ts";
import { type Comparison, type Row, type Target, verdictOf } from "./row.ts";

/** The results of one run. */
export interface Results {
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
}

export function toMarkdown({ machine, isQuick, seconds, notes, rows }: Results): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const targets = rows.flatMap(targetLine);
  return `# Measured side by side

\`npm run bench${isQuick ? " -- --quick" : ""}\`, ${Math.round(seconds)} s, ${machine.date}. ${machine.cpu}, ${machine.cores} cores, load ${machine.load} before; ${machine.platform}.
${versions.join(", ")}.

## Targets

"Ours" is compared with the subject of the row: how many times as fast ours is (×), or what part of its time ours takes (÷).
A target is held against wall time and CPU time, and the worse figure decides, unless the target names one clock.

| scenario | beside | target | measured | |
| --- | --- | --- | ---: | --- |
${targets.join("\n")}

## Everything

Medians of rounds in random order, with the range of the wall times. Ratios are medians of the ratios of each round.

${notes.map((note) => `- ${note}`).join("\n")}

| scenario | subject | median | range | CPU | ours: wall | ours: CPU |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
${rows.map(toLine).join("\n")}
`;
}

function targetLine({ scenario, subject, unit, ours }: Row): string[] {
  const verdict = ours && verdictOf(ours);
  if (!ours?.target || !verdict) return [];
  const isRatio = ours.as !== "itself";
  const figure = isRatio ? `${sign(ours)}${digits(verdict.figure)}` : `${digits(verdict.figure)} ${unit}`;
  const cells = [scenario, subject, targetText(ours.target), figure, verdict.isMet ? "met" : "**missed**"];
  return [`| ${cells.join(" | ")} |`];
}

function toLine({ scenario, subject, unit, median, least, most, cpu, ours }: Row): string {
  const isRatio = ours !== undefined && ours.as !== "itself";
  const cells = [
    scenario,
    subject,
    `${digits(median)} ${unit}`,
    least === undefined || most === undefined ? "" : `${digits(least)}–${digits(most)}`,
    cpu === undefined ? "" : digits(cpu),
    isRatio ? `${sign(ours)}${digits(ours.wall)}` : "",
    isRatio && ours.cpu !== undefined ? `${sign(ours)}${digits(ours.cpu)}` : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

const sign = ({ as }: Comparison): string => ({ times: "×", part: "÷", itself: "" })[as];

function targetText(target: Target): string {
  const bound = "atLeast" in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
  return target.by ? `${bound}, by CPU` : bound;
}

/** Three significant digits. */
const digits = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : `${Number(value.toPrecision(3))}`;
