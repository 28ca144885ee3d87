import { startLocalTable } from "../../emulators/local-table.ts";
import { type Comparison, type Row, timedRow } from "../report/row.ts";
import { type Sample, type Summary, shuffled, summaryOf } from "../report/sample.ts";
import { benchRequest, toEvent } from "../requests.ts";
import {
  EMPTY,
  OURS,
  OURS_READING,
  PRINCIPALS,
  RECIPE,
  SDK,
  SDK_READING,
  SUBJECTS,
  type Subject,
} from "../subjects.ts";
import { openCpuQuota, QUOTA_OF_512_MB } from "./cpu-quota.ts";
import { startFresh } from "./fresh-process.ts";
import type { Bench, Finding } from "./scenario.ts";

/** Requests 2 to 100, the ones that a scaled-out function mostly serves. */
const FURTHER = 99;

interface Starter {
  readonly subject: Subject;
  readonly first: Sample[];
  readonly throttled: Sample[];
  readonly next: Sample[];
}

/** New instances: to their first answer, at full speed and throttled, and what the answers behind it take. */
export async function measureStarts(bench: Bench): Promise<Finding> {
  const { effort } = bench;
  await using table = await tableOf();
  const subjects = [EMPTY, ...(effort.everybody ? SUBJECTS : PRINCIPALS), OURS_READING, SDK_READING];
  const starters = subjects.map((subject): Starter => ({ subject, first: [], throttled: [], next: [] }));
  for (let round = 0; round < effort.starts; round++) {
    for (const { subject, first, next } of shuffled(starters)) {
      // Who reads from a store is asked once: the others are to be compared by their own time.
      const further = readsStore(subject) || subject === EMPTY ? 0 : FURTHER;
      const start = await startFresh({ ...optionsOf(subject, bench, table.environment), further });
      first.push(start.first);
      if (start.next) next.push(start.next);
    }
  }
  using quota = openCpuQuota(QUOTA_OF_512_MB);
  for (let round = 0; quota && round < effort.throttledStarts; round++) {
    for (const { subject, throttled } of shuffled(starters)) {
      throttled.push((await startFresh({ ...optionsOf(subject, bench, table.environment), quota })).first);
    }
  }
  const rows = [
    ...startRows(starters, "cold start", (starter) => starter.first),
    ...(quota ? startRows(starters, "cold start, 0.29 of a core", (starter) => starter.throttled) : []),
    ...nextRows(starters),
  ];
  return { rows, notes: [NET, quota ? THROTTLED : NOT_THROTTLED] };
}

const NET =
  "Cold starts: from the process's start to its first answer, of the bundles as they are built. They are compared over an empty process; who reads an item, with who reads one.";
const THROTTLED =
  "Throttled: a control group with 512/1,769 of a core, in periods of 20 ms. Lambda gives functions a whole core while they initialize; this is the harder case.";
const NOT_THROTTLED = "Throttled starts were not measured: this process may not make a control group (Linux, as root).";

const readsStore = (subject: Subject): boolean => subject === OURS_READING || subject === SDK_READING;

async function tableOf(): Promise<AsyncDisposable & { readonly environment: Readonly<Record<string, string>> }> {
  const { environment, close } = await startLocalTable();
  return { environment, [Symbol.asyncDispose]: close };
}

function optionsOf(subject: Subject, { artefacts, hosts }: Bench, table: Readonly<Record<string, string>>) {
  const era = subject.eras[0] ?? "2025-11-25";
  // A key that nobody wrote: to look for it costs the same.
  const recall = { name: "recall", arguments: { key: "unknown-to-everybody-xyz" } };
  const request = readsStore(subject) ? benchRequest("tools/call", era, recall) : benchRequest("tools/call", era);
  return {
    program: hosts.fresh,
    built: artefacts[subject.source],
    subject,
    event: toEvent(request),
    ...(readsStore(subject) && { environment: table }),
  };
}

function startRows(starters: readonly Starter[], scenario: string, samplesOf: (starter: Starter) => Sample[]): Row[] {
  const summaries = new Map(starters.map((starter) => [starter.subject, summaryOf(samplesOf(starter))]));
  const empty = summaries.get(EMPTY);
  return [...summaries].map(([subject, summary]) => {
    const ours = summaries.get(readsStore(subject) ? OURS_READING : OURS);
    const isCompared = ours && ours !== summary && empty && empty !== summary;
    const comparison = isCompared ? partOf(ours, summary, empty) : undefined;
    const target = { atMost: AT_MOST.get(subject) ?? Number.POSITIVE_INFINITY };
    const names = { scenario, subject: subject.title, unit: "ms" };
    return timedRow(names, summary, comparison && { ...comparison, ...(AT_MOST.has(subject) && { target }) });
  });
}

/** Issue 7, "What must hold", 2. */
const AT_MOST: ReadonlyMap<Subject, number> = new Map([
  [SDK, 0.6],
  [RECIPE, 0.5],
  [SDK_READING, 0.45],
]);

const partOf = (ours: Summary, theirs: Summary, empty: Summary): Comparison => ({
  as: "part",
  wall: (ours.wall - empty.wall) / (theirs.wall - empty.wall),
  cpu: (ours.cpu - empty.cpu) / (theirs.cpu - empty.cpu),
});

function nextRows(starters: readonly Starter[]): Row[] {
  const serving = starters.filter(({ next }) => next.length > 0);
  const ours = summaryOf(serving.find(({ subject }) => subject === OURS)?.next ?? []);
  return serving.map(({ subject, next }) => {
    const summary = summaryOf(next);
    const target = subject === SDK ? { target: { atMost: 0.4 } } : {};
    const comparison = { as: "part" as const, wall: ours.wall / summary.wall, cpu: ours.cpu / summary.cpu, ...target };
    const names = { scenario: "mean of requests 2 to 100", subject: subject.title, unit: "ms" };
    return timedRow(names, summary, subject === OURS ? undefined : comparison);
  });
}
