/** `npm run chaos:tasks`: the long form, 2,000 tasks. CHAOS_SEED repeats a run's choices. */
import { runTaskChaos } from "./chaos.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const tasks = Number(process.env.CHAOS_TASKS ?? 2_000);
process.stdout.write(`chaos of tasks: seed ${seed}, ${tasks} tasks\n`);
const { violations, ...report } = await runTaskChaos({ seed, tasks, deadlineMs: 1_800_000 });
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
for (const violation of violations) process.stdout.write(`${violation.slice(0, 2_000)}\n`);
process.stdout.write(`${violations.length} violations\n`);
process.exit(violations.length > 0 ? 1 : 0);
