/** `npm run memory`: the long form, 200 slow connections and 10,000 hostile bodies. Exit code 1 where a limit is exceeded. */
import { memoryExcess, slowdownExcess } from "./memory-limits.ts";
import { runMemory } from "./memory-run.ts";

const report = await runMemory({ connections: 200, seconds: 20, bodies: 10_000 });
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
const excess = [...memoryExcess(report), ...slowdownExcess(report)];
for (const one of excess) process.stderr.write(`${one}\n`);
process.exitCode = excess.length > 0 ? 1 : 0;
