/**
 * `npm run walk`: how one warm call goes through the project's own files, from the Lambda adapter to the end of the
 * response. `-- --files` lists the files in order, `-- --steps` every switch between them, `-- --json` all of it. Exits
 * with 1 where a limit of `walk/layout.ts` is exceeded.
 */
import { parseArgs } from "node:util";
import { type MeasuredWalk, measureWalks } from "./walk/measure.ts";
import { toExcess, toFileList, toStepList, toTable } from "./walk/report.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, files: { type: "boolean" }, steps: { type: "boolean" } },
});

const walks = await measureWalks();
process.stdout.write(`${textOf(walks)}\n`);
const excess = toExcess(walks);
if (excess) console.error(excess);
process.exitCode = excess ? 1 : 0;

function textOf(measured: readonly MeasuredWalk[]): string {
  if (values.json) return JSON.stringify(measured, undefined, 2);
  const lists = values.steps ? measured.map(toStepList) : values.files ? measured.map(toFileList) : [];
  return [toTable(measured), ...lists].join("\n\n");
}
