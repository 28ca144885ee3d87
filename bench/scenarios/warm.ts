import type { Row, Target } from "../report/row.ts";
import type { Method } from "../requests.ts";
import { OURS, QUICK_SUBJECTS, SUBJECTS } from "../subjects.ts";
import { WARM_CALL, WARM_LIST } from "../targets.ts";
import { type Cell, cellRow, measureCells } from "./cells.ts";
import type { Bench, Finding } from "./scenario.ts";
import { startWorker } from "./worker.ts";

type Kinds = ReadonlyArray<readonly [tools: number, methods: readonly Method[]]>;

/** The requests, by the number of tools that the server has. */
const KINDS: Kinds = [
  [2, ["tools/call", "tools/list"]],
  [50, ["tools/list"]],
];

const QUICK_KINDS: Kinds = [
  [2, ["tools/call"]],
  [50, ["tools/list"]],
];

const NOTE =
  "Warm: a Lambda event in, its result out, in processes that have served thousands of requests. `fastPath: false` hands every request to the SDK's `createMcpHandler`; the difference to ours is what the transport of this package brings. The factory that uses services takes `handles`, `once`, `notify` and `rateLimiter` over a store in memory; its `tools/call` makes one atomic count and two reads.";

/** Requests without a session to instances that have served many. */
export async function measureWarm({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  await using workers = new AsyncDisposableStack();
  const kinds = effort.everything ? KINDS : QUICK_KINDS;
  const cells: Cell[] = [];
  for (const subject of effort.everything ? SUBJECTS : QUICK_SUBJECTS) {
    const built = artefacts[subject.source];
    for (const [tools, methods] of kinds) {
      const worker = workers.use(await startWorker({ program: hosts.warm, built, subject, tools }));
      for (const era of subject.eras) {
        for (const method of methods) cells.push({ subject, worker, method, tools, era, samples: [] });
      }
    }
  }
  await measureCells(cells, effort);
  return {
    rows: kinds.flatMap(([tools, methods]) => methods.flatMap((method) => rowsOf(cells, method, tools))),
    notes: [NOTE],
  };
}

function rowsOf(all: readonly Cell[], method: Method, tools: number): Row[] {
  const cells = all.filter((cell) => cell.method === method && cell.tools === tools);
  return cells.map((cell) => {
    const ours = cells.find(({ subject, era }) => subject === OURS && era === cell.era);
    return cellRow(`warm ${method}, ${tools} tools, ${cell.era}`, cell, ours, targetOf(cell));
  });
}

function targetOf({ subject, method, tools }: Cell): Target | undefined {
  if (method === "tools/call") return WARM_CALL.get(subject);
  return tools === 50 ? WARM_LIST.get(subject) : undefined;
}
