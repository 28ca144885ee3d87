import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Results, toMarkdown } from "./markdown.ts";
import { verdictOf } from "./row.ts";

const FOLDER = join(import.meta.dirname, "..");

/** Replaces the rows of these scenarios in the results of the last whole run, and says so beside them. */
export async function keepRows({ machine, notes, rows }: Results): Promise<void> {
  const last: Results = JSON.parse(await readFile(join(FOLDER, "results.json"), "utf8"));
  const measured = new Set(rows.map(({ scenario }) => scenario));
  // A note begins with the word that it is about.
  const subjects = new Set(notes.map((note) => note.split(":", 1)[0]));
  const apart = notes.map(
    (note) => `${note} Measured in a run of its own, ${machine.date}, load ${machine.load} before.`,
  );
  await writeResults({
    ...last,
    notes: [...last.notes.filter((note) => !subjects.has(note.split(":", 1)[0])), ...apart],
    rows: [...last.rows.filter(({ scenario }) => !measured.has(scenario)), ...rows],
  });
}

/** Writes `bench/results.md` and `bench/results.json`. */
export async function writeResults(results: Results): Promise<void> {
  const rows = results.rows.map((row) => ({ ...row, ...(row.ours?.target && { verdict: verdictOf(row.ours) }) }));
  await writeFile(join(FOLDER, "results.json"), `${JSON.stringify({ ...results, rows }, undefined, 2)}\n`);
  await writeFile(join(FOLDER, "results.md"), toMarkdown(results));
}
