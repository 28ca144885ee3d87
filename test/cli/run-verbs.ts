/** A program: runs command lines in the working directory, one after another. */
import { run } from "../../cli/run.ts";

const lines: readonly (readonly string[])[] = JSON.parse(process.argv[2] ?? "[]");
for (const line of lines) await run(line);
