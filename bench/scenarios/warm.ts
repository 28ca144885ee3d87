import { type Row, timedRow } from "../report/row.ts";
import { type Sample, shuffled, summaryOf } from "../report/sample.ts";
import { benchRequest, type Era, type Method, toEvent } from "../requests.ts";
import { OURS, PRINCIPALS, RECIPE, SDK, SUBJECTS, type Subject } from "../subjects.ts";
import type { Bench, Finding } from "./scenario.ts";
import { startWorker, type Worker } from "./worker.ts";

interface Cell {
  readonly subject: Subject;
  readonly worker: Worker;
  readonly method: Method;
  readonly tools: number;
  readonly era: Era;
  /** Microseconds for each request. */
  readonly samples: Sample[];
}

/** What is asked of servers of so many tools. */
const ASKED: ReadonlyArray<readonly [tools: number, methods: readonly Method[]]> = [
  [2, ["tools/call", "tools/list"]],
  [50, ["tools/list"]],
];

const ASKED_IN_HASTE: typeof ASKED = [
  [2, ["tools/call"]],
  [50, ["tools/list"]],
];

/** Requests to instances that have served many: Lambda's event in, its result out. */
export async function measureWarm({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  await using workers = new AsyncDisposableStack();
  const asked = effort.everybody ? ASKED : ASKED_IN_HASTE;
  const cells: Cell[] = [];
  for (const subject of effort.everybody ? SUBJECTS : PRINCIPALS) {
    const built = artefacts[subject.source];
    for (const [tools, methods] of asked) {
      const worker = workers.use(await startWorker({ program: hosts.warm, built, subject, tools }));
      for (const era of subject.eras) {
        for (const method of methods) cells.push({ subject, worker, method, tools, era, samples: [] });
      }
    }
  }
  for (const cell of cells) await turn(cell, { count: effort.warmUpRequests });
  for (let round = 0; round < effort.rounds; round++) {
    for (const cell of shuffled(cells)) cell.samples.push(await turn(cell, { cpuMs: effort.turnMs }));
  }
  return { rows: asked.flatMap(([tools, methods]) => methods.flatMap((method) => rowsOf(cells, method, tools))) };
}

async function turn(
  { worker, method, tools, era }: Cell,
  limit: { cpuMs: number } | { count: number },
): Promise<Sample> {
  const event = toEvent(benchRequest(method, era));
  const { requests, wallMs, cpuMs } = await worker.run({ method, tools, event, ...limit });
  return { wall: (wallMs / requests) * 1000, cpu: (cpuMs / requests) * 1000 };
}

function rowsOf(all: readonly Cell[], method: Method, tools: number): Row[] {
  const cells = all.filter((cell) => cell.method === method && cell.tools === tools);
  return cells.map(({ subject, era, samples }) => {
    const summary = summaryOf(samples);
    // A peer that does not speak 2026-07-28 has nothing faster to offer; ours is compared in the same era, the harder case.
    const ours = summaryOf(cells.find((cell) => cell.subject === OURS && cell.era === era)?.samples ?? []);
    const target = targetOf({ subject, method, tools });
    const comparison = {
      as: "times" as const,
      wall: summary.wall / ours.wall,
      cpu: summary.cpu / ours.cpu,
      ...(target && { target }),
    };
    const names = { scenario: `warm ${method}, ${tools} tools, ${era}`, subject: subject.title, unit: "µs" };
    return timedRow(names, summary, subject === OURS ? undefined : comparison);
  });
}

/** Issue 7, "What must hold", 1. */
function targetOf({
  subject,
  method,
  tools,
}: Pick<Cell, "subject" | "method" | "tools">): { atLeast: number } | undefined {
  if (method === "tools/call")
    return subject === SDK ? { atLeast: 3 } : subject === RECIPE ? { atLeast: 6 } : undefined;
  return subject === SDK && tools === 50 ? { atLeast: 5 } : undefined;
}
