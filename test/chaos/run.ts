/** `npm run chaos`: the long form, 1,000 sessions. CHAOS_SEED repeats a run's choices. */
import { runChaos } from "./chaos.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const sessions = Number(process.env.CHAOS_SESSIONS ?? 1_000);
say(`chaos: seed ${seed}, ${sessions} sessions`);
const { violations, ...report } = await runChaos({
  seed,
  sessions,
  concurrency: 200,
  killEveryMs: [300, 900],
  deadlineMs: 300_000,
});
say(JSON.stringify(report, undefined, 2));
for (const violation of violations) say(violation.slice(0, 2_000));
say(`${violations.length} violations`);
process.exitCode = violations.length > 0 ? 1 : 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
