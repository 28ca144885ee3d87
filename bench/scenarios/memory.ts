import type { Row } from "../report/row.ts";
import { benchRequest, toEvent } from "../requests.ts";
import { OURS, RECIPE, SDK, type Subject } from "../subjects.ts";
import type { Bench, Finding } from "./scenario.ts";
import { startWorker } from "./worker.ts";

const STEP = 10_000;
/** What an empty handler was seen to grow by in November 2026, three times over: the engine's own noise. */
const NOISE_KB = 60;

/** Issue 7, "What must hold", 3, speaks of 100,000 requests: through a few points, noise is a slope, too. */
const STEPS_OF_TARGET = 10;
/** Fewer show no growth. */
const LEAST_STEPS = 4;

/** What stays in memory after many requests. */
export async function measureMemory(bench: Bench): Promise<Finding> {
  const rows: Row[] = [];
  for (const subject of bench.effort.everybody ? [OURS, SDK, RECIPE] : [OURS, SDK])
    rows.push(...(await measure(subject, bench)));
  return { rows };
}

async function measure(subject: Subject, { artefacts, hosts, effort }: Bench): Promise<Row[]> {
  const built = artefacts[subject.source];
  using worker = await startWorker({ program: hosts.warm, built, subject, tools: 2 });
  const era = subject.eras[0] ?? "2025-11-25";
  const event = toEvent(benchRequest("tools/call", era));
  const steps = subject === OURS ? effort.memorySteps.ours : effort.memorySteps.peers;
  const heaps: number[] = [];
  let rssBytes = 0;
  for (let step = 0; step < steps; step++) {
    const done = await worker.run({ method: "tools/call", tools: 2, event, count: STEP });
    heaps.push(done.heapBytes);
    if (step === 0) rssBytes = done.rssBytes;
  }
  const grown = growthKb(heaps);
  const hasTarget = subject === OURS && steps >= STEPS_OF_TARGET;
  const ours = hasTarget ? { as: "itself" as const, wall: grown, target: { atMost: NOISE_KB } } : undefined;
  const scenario = `heap growth per 10,000, over ${(steps * STEP).toLocaleString("en-US")}`;
  const resident = {
    scenario: "resident after 10,000 requests",
    subject: subject.title,
    unit: "MB",
    median: rssBytes / 1e6,
  };
  if (steps < LEAST_STEPS) return [resident];
  return [resident, { scenario, subject: subject.title, unit: "kB", median: grown, ...(ours && { ours }) }];
}

/** Least squares through the later half of the steps: the earlier ones fill caches and shed what starting needed. */
function growthKb(heaps: readonly number[]): number {
  const later = heaps.slice(Math.floor((heaps.length - 1) / 2));
  const middle = (later.length - 1) / 2;
  const mean = later.reduce((sum, heap) => sum + heap, 0) / later.length;
  const covariance = later.reduce((sum, heap, step) => sum + (step - middle) * (heap - mean), 0);
  const variance = later.reduce((sum, _, step) => sum + (step - middle) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance / 1000;
}
