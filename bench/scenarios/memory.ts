import type { Row } from "../report/row.ts";
import { benchRequest } from "../requests.ts";
import { MAIN_SUBJECTS, OURS, SDK, type Subject } from "../subjects.ts";
import { HEAP_GROWTH } from "../targets.ts";
import type { Bench, Finding } from "./scenario.ts";
import { startWorker } from "./worker.ts";

const STEP = 10_000;
/** Fewer steps show no growth. */
const LEAST_STEPS = 4;
/** The target needs 100,000 requests: over fewer, the noise of a few points is a slope too. */
const STEPS_OF_TARGET = 10;

/** The memory that stays in use after many requests. */
export async function measureMemory(bench: Bench): Promise<Finding> {
  const rows: Row[] = [];
  for (const subject of bench.effort.everything ? MAIN_SUBJECTS : [OURS, SDK]) {
    rows.push(...(await measure(subject, bench)));
  }
  return { rows };
}

async function measure(subject: Subject, { artefacts, hosts, effort }: Bench): Promise<Row[]> {
  const built = artefacts[subject.source];
  using worker = await startWorker({ program: hosts.warm, built, subject, tools: 2 });
  const request = benchRequest("tools/call", subject.eras[0] ?? "2025-11-25");
  const steps = subject === OURS ? effort.memorySteps.ours : effort.memorySteps.peers;
  const heaps: number[] = [];
  let rssBytes = 0;
  for (let step = 0; step < steps; step++) {
    const done = await worker.run({ method: "tools/call", tools: 2, request, count: STEP });
    heaps.push(done.heapBytes);
    if (step === 0) rssBytes = done.rssBytes;
  }
  const names = { subject: subject.title };
  const resident = { ...names, scenario: "resident after 10,000 requests", unit: "MB", median: rssBytes / 1e6 };
  if (steps < LEAST_STEPS) return [resident];
  const grownKb = growthKb(heaps);
  const hasTarget = subject === OURS && steps >= STEPS_OF_TARGET;
  const ours = hasTarget && ({ as: "itself", wall: grownKb, target: HEAP_GROWTH } as const);
  const scenario = `heap growth per 10,000, over ${(steps * STEP).toLocaleString("en-US")}`;
  return [resident, { ...names, scenario, unit: "kB", median: grownKb, ...(ours && { ours }) }];
}

/** Least squares over the later half of the steps: the earlier ones fill caches and free what the start needed. */
function growthKb(heaps: readonly number[]): number {
  const later = heaps.slice(Math.floor((heaps.length - 1) / 2));
  const middle = (later.length - 1) / 2;
  const mean = later.reduce((sum, heap) => sum + heap, 0) / later.length;
  const covariance = later.reduce((sum, heap, step) => sum + (step - middle) * (heap - mean), 0);
  const variance = later.reduce((sum, _, step) => sum + (step - middle) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance / 1000;
}
