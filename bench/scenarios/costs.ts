import { openSession, startBenchInstances } from "../bench-instances.ts";
import { modernRequest, toolCall } from "../messages.ts";
import { dollarsPerMillion, freshMeter } from "../metered-store.ts";
import { quantile } from "../quantile.ts";
import type { Row } from "../report/row.ts";
import { shuffled } from "../report/sample.ts";
import { toEvent } from "../requests.ts";
import { MAIN_SUBJECTS, type Subject } from "../subjects.ts";
import { CLOUDS, COLD_PART } from "./cloud-prices.ts";
import { type Start, startFresh } from "./fresh-process.ts";
import { firstRequest } from "./reading.ts";
import type { Bench, Finding } from "./scenario.ts";

const FURTHER = 99;
const CALLS = 20;

/** The store operations of a request, and the price of a million requests on each cloud. */
export async function measureCosts(bench: Bench): Promise<Finding> {
  return { rows: [...(await storeRows()), ...(await cloudRows(bench))], notes: [NOTE] };
}

const NOTE = `Costs: list prices without free grants, one request at a time on an instance, ${COLD_PART * 100} % of them cold, without a store. The store of sessions is DynamoDB on every cloud. The least time that a platform bills (1 ms, 1 s, 100 ms) hides most differences.`;

/** Ours only: peers keep sessions in the memory of one instance and use no store. */
async function storeRows(): Promise<Row[]> {
  await using started = await startBenchInstances();
  const { meter, instances } = started;
  const [instance] = instances;
  const session = await openSession(instance);
  const echo = { name: "echo", arguments: { text: "hi" } };
  const operations: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
    ["call, 2026-07-28", () => instance(...modernRequest("tools/call", echo))],
    ["initialize, 2025-11-25", () => openSession(instance)],
    ["call in a session, 2025-11-25", () => instance(toolCall("echo", { text: "hi" }), session)],
  ];
  const rows: Row[] = [];
  for (const [operation, run] of operations) {
    Object.assign(meter, freshMeter());
    for (let call = 0; call < CALLS; call++) await run();
    const names = { scenario: `store: ${operation}`, subject: "ours" };
    rows.push(
      { ...names, unit: "reads", median: meter.reads / CALLS },
      { ...names, unit: "writes", median: meter.writes / CALLS },
      { ...names, unit: "$ per million", median: dollarsPerMillion(meter, CALLS) },
    );
  }
  return rows;
}

async function cloudRows({ artefacts, hosts, effort }: Bench): Promise<Row[]> {
  const starts = new Map<Subject, Start[]>(MAIN_SUBJECTS.map((subject) => [subject, []]));
  for (let round = 0; round < effort.throttledStarts; round++) {
    for (const [subject, taken] of shuffled([...starts])) {
      const event = toEvent(firstRequest(subject));
      const built = artefacts[subject.source];
      taken.push(await startFresh({ program: hosts.fresh, built, subject, event, further: FURTHER }));
    }
  }
  return CLOUDS.flatMap(({ title, dollarsPerMillion: price }) =>
    [...starts].map(([subject, taken]): Row => {
      const dollars = taken.map(price);
      return {
        scenario: `cost: ${title}`,
        subject: subject.title,
        unit: "$ per million",
        median: quantile(dollars, 0.5),
        least: Math.min(...dollars),
        most: Math.max(...dollars),
      };
    }),
  );
}
