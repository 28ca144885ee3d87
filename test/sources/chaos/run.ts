/** `npm run chaos:gateway`: the long form. CHAOS_SEED repeats a run's choices. */
import { quantile } from "../../../bench/quantile.ts";
import { runSourceChaos } from "./chaos.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const rounds = Number(process.env.CHAOS_ROUNDS ?? 60);
process.stdout.write(`chaos of sources: seed ${seed}, ${rounds} rounds\n`);
const { quietMs, chaosMs, violations, ...report } = await runSourceChaos({ seed, rounds, roundMs: 2_000, everyMs: 5 });
const [quiet, chaos] = [quantile(quietMs, 0.99), quantile(chaosMs, 0.99)];
process.stdout.write(`${JSON.stringify({ ...report, quietP99Ms: quiet, chaosP99Ms: chaos, ratio: chaos / quiet })}\n`);
for (const violation of violations.slice(0, 20)) process.stdout.write(`${violation.slice(0, 500)}\n`);
process.stdout.write(`${violations.length} violations\n`);
process.exit(violations.length > 0 || chaos > 2 * quiet ? 1 : 0);
