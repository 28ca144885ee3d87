/**
 * `npm run soak`: an hour of clients of every kind, and what the instances and the store hold meanwhile. Exit code 1 where
 * something grew, or a client failed. `-- --minutes 5`; `--pace 0.1` makes the clients' pauses a tenth.
 */
import { parseArgs } from "node:util";
import { runSoak } from "./soak.ts";

const options = { minutes: { type: "string", default: "60" }, pace: { type: "string", default: "1" } } as const;
const { minutes, pace } = parseArgs({ options }).values;
const seconds = Number(minutes) * 60;
const startedAt = performance.now();
const report = await runSoak({
  seconds,
  sampleSeconds: seconds / 60,
  pace: Number(pace),
  onSample(sample) {
    say(`${Math.round((performance.now() - startedAt) / 1000)} s: ${JSON.stringify(sample)}`);
  },
});
say(JSON.stringify(report, undefined, 2));
process.exitCode = report.growth.length > 0 || Object.keys(report.failures).length > 0 ? 1 : 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
