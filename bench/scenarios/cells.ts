import { type Comparison, type Row, type Target, timedRow } from "../report/row.ts";
import { ratioOf, type Sample, shuffled, summaryOf } from "../report/sample.ts";
import { benchRequest, type Era, type Method } from "../requests.ts";
import type { Subject } from "../subjects.ts";
import type { Effort } from "./scenario.ts";
import type { Worker } from "./worker.ts";

/** One subject with one kind of request, and the microseconds that each request took. */
export interface Cell {
  readonly subject: Subject;
  readonly worker: Worker;
  readonly method: Method;
  readonly tools: number;
  readonly era: Era;
  readonly isInSession?: boolean;
  readonly samples: Sample[];
}

/** Warms every cell up and then measures them in rounds: each cell once in each round, in random order. */
export async function measureCells(
  cells: readonly Cell[],
  { warmUpRequests, rounds, turnMs }: Pick<Effort, "warmUpRequests" | "rounds" | "turnMs">,
): Promise<void> {
  for (const cell of cells) await turn(cell, { count: warmUpRequests });
  for (let round = 0; round < rounds; round++) {
    for (const cell of shuffled(cells)) cell.samples.push(await turn(cell, { cpuMs: turnMs }));
  }
}

async function turn(
  { worker, method, tools, era, isInSession = false }: Cell,
  limit: { readonly cpuMs: number } | { readonly count: number },
): Promise<Sample> {
  const request = benchRequest(method, era);
  const { requests, wallMs, cpuMs } = await worker.run({ method, tools, request, isInSession, ...limit });
  return { wall: (wallMs / requests) * 1000, cpu: (cpuMs / requests) * 1000 };
}

/** The row of a cell, compared with ours unless it is ours. */
export function cellRow(scenario: string, { subject, samples }: Cell, ours: Cell | undefined, target?: Target): Row {
  const names = { scenario, subject: subject.title, unit: "µs" };
  if (!ours || ours.subject === subject) return timedRow(names, summaryOf(samples));
  const comparison: Comparison = { as: "times", ...ratioOf(samples, ours.samples), ...(target && { target }) };
  return timedRow(names, summaryOf(samples), comparison);
}
