import { OURS_IN_SESSION, RECIPE_IN_SESSION, SDK_IN_SESSION } from "../subjects.ts";
import { type Cell, cellRow, measureCells } from "./cells.ts";
import type { Bench, Finding } from "./scenario.ts";
import { startWorker } from "./worker.ts";

const TOOLS = 2;

const NOTE =
  "In a session: one process opens a session of 2025-11-25 and serves all of its calls. The peers hold, for each session, a connected server and its transport in a Map; no other instance can serve the session. Ours holds one record of the session in its memory store, as it would in a table, reads it for each call, and builds a server for each call.";

/** Calls in a session that its process opened, with everything in memory. */
export async function measureInSession({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  await using workers = new AsyncDisposableStack();
  const cells: Cell[] = [];
  for (const subject of [OURS_IN_SESSION, SDK_IN_SESSION, RECIPE_IN_SESSION]) {
    const built = artefacts[subject.source];
    const worker = workers.use(await startWorker({ program: hosts.warm, built, subject, tools: TOOLS }));
    const cell = { subject, worker, tools: TOOLS, isInSession: true, samples: [] };
    cells.push({ ...cell, method: "tools/call", era: "2025-11-25" });
  }
  await measureCells(cells, effort);
  const [ours] = cells;
  return { rows: cells.map((cell) => cellRow("warm tools/call in a session, 2025-11-25", cell, ours)), notes: [NOTE] };
}
