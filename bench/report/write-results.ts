import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Results, toMarkdown } from "./markdown.ts";
import { verdictOf } from "./row.ts";

const FOLDER = join(import.meta.dirname, "..");

/** Writes `bench/results.md` and `bench/results.json`. */
export async function writeResults(results: Results): Promise<void> {
  const rows = results.rows.map((row) => ({ ...row, ...(row.ours?.target && { verdict: verdictOf(row.ours) }) }));
  await writeFile(join(FOLDER, "results.json"), `${JSON.stringify({ ...results, rows }, undefined, 2)}\n`);
  await writeFile(join(FOLDER, "results.md"), toMarkdown(results));
}
