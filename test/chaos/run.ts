/**
 * `npm run chaos`: the long form, 1,000 sessions whose instances are killed, then instances that end with 500 requests in
 * flight. CHAOS_SEED repeats a run's choices, `-- --store redis` takes another store than dynalite. A slow engine is given
 * fewer sessions at a time, and more time between kills: `-- --store moto --concurrency 20 --kill-seconds 6`.
 */
import { parseArgs } from "node:util";
import { runChaos } from "./chaos.ts";
import { runEnding } from "./ending.ts";

/** Every request answered as if nothing had happened, nothing lost, and an instance that ended by itself. */
const WHOLE = '{"statuses":{"200":375,"202":125},"lostReplies":0,"lostSessions":0,"ended":"exit code 0"}';
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const sessions = Number(process.env.CHAOS_SESSIONS ?? 1_000);
const options = parseArgs({
  options: {
    store: { type: "string", default: "dynalite" },
    concurrency: { type: "string", default: "200" },
    "kill-seconds": { type: "string", default: "0.6" },
  },
}).values;
const killMs = Number(options["kill-seconds"]) * 1_000;
say(`chaos: seed ${seed}, ${sessions} sessions in ${options.store}, ${options.concurrency} at a time`);
const { violations, ...report } = await runChaos({
  seed,
  sessions,
  store: options.store,
  concurrency: Number(options.concurrency),
  killEveryMs: [killMs / 2, killMs * 1.5],
  deadlineMs: 300_000,
});
say(JSON.stringify(report, undefined, 2));
for (const violation of violations) say(violation.slice(0, 2_000));
say(`${violations.length} violations`);
process.exitCode = violations.length > 0 ? 1 : 0;

for (let round = 1; round <= Number(process.env.CHAOS_ENDINGS ?? 5); round++) {
  for (const form of ["container", "function"] as const) {
    const ending = await runEnding({ form, inFlight: 500, storeMs: 50 });
    const text = JSON.stringify(ending);
    say(`ending ${round}, ${form}: ${text}`);
    if (text !== WHOLE) process.exitCode = 1;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
