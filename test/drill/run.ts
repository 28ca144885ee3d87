/** `npm run drill`: the long form, 100 clients with sessions. DRILL_SEED repeats a run's choices. */
import { DRILL_PLACES, runDrill } from "./drill.ts";
import { faultsOf } from "./verdict.ts";

const seed = Number(process.env.DRILL_SEED ?? Date.now() % 1_000_000);
const clients = Number(process.env.DRILL_CLIENTS ?? 100);
say(`drill: seed ${seed}, ${clients} clients`);
for (const place of DRILL_PLACES) {
  for (const [bad, report] of Object.entries(await runDrill({ place, clients, seed }))) {
    say(`${place}, ${bad}: ${JSON.stringify(report)}`);
    for (const fault of faultsOf(report)) {
      say(`${place}, ${bad}: ${fault}`);
      process.exitCode = 1;
    }
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
