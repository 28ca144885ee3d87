import { AnycloudError } from "../../src/adapter.ts";
import type { SmokeCommand } from "../smoke/parse-smoke.ts";
import { runSmoke } from "../smoke/run-smoke.ts";
import { toTable } from "../table.ts";

/** `mcp-anycloud smoke`: prints what was tried and how it went. Throws INSTANCE_FAILED when the server does not work. */
export async function smokeCommand({ options }: SmokeCommand): Promise<void> {
  const { steps, failure } = await runSmoke(options);
  const rows = steps.map(({ step, outcome, milliseconds }) => [step, outcome, String(milliseconds)]);
  const columns = [{ title: "step" }, { title: "outcome" }, { title: "ms", align: "right" as const }];
  if (rows.length > 0) process.stdout.write(toTable(columns, rows));
  if (failure !== undefined) throw new AnycloudError("INSTANCE_FAILED", failure);
}
