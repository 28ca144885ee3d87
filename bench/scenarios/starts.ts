import { type Comparison, type Row, type Target, timedRow } from "../report/row.ts";
import { ratioOf, type Sample, type Summary, shuffled, summaryOf } from "../report/sample.ts";
import { toEvent } from "../requests.ts";
import { EMPTY, MAIN_SUBJECTS, OURS, OURS_READING, SDK_READING, SUBJECTS, type Subject } from "../subjects.ts";
import { COLD_START, NEXT_REQUESTS, THROTTLED_START } from "../targets.ts";
import { openCpuQuota, QUOTA_OF_512_MB } from "./cpu-quota.ts";
import { type StartOptions, startFresh } from "./fresh-process.ts";
import { firstRequest, READING, startReadingTable } from "./reading.ts";
import type { Bench, Finding } from "./scenario.ts";

/** Requests 2 to 100: a function that scales out serves mostly these. */
const FURTHER = 99;

interface Starter {
  readonly subject: Subject;
  readonly first: Sample[];
  readonly throttled: Sample[];
  readonly next: Sample[];
}

const NET =
  "Cold starts: from the start of the process to its first answer, with the bundles as they are built. Compared is what a subject takes beyond an empty process; subjects that read an item are compared with ours that reads one.";
const THROTTLED =
  "At 0.29 of a core: a control group with 512/1,769 of a core, in periods of 20 ms. Lambda gives a function of 512 MB a whole core while it initializes, so this is the harder case.";
const NOT_THROTTLED =
  "Starts at a part of a core were not measured: this process may not make a control group (it takes Linux, and root).";

/** New instances: their first answer, at a whole core and at a part of one, and the requests after it. */
export async function measureStarts(bench: Bench): Promise<Finding> {
  const { effort } = bench;
  await using table = await startReadingTable();
  const subjects = [EMPTY, ...(effort.everything ? SUBJECTS : MAIN_SUBJECTS), OURS_READING, SDK_READING];
  const starters = subjects.map((subject): Starter => ({ subject, first: [], throttled: [], next: [] }));
  for (let round = 0; round < effort.starts; round++) {
    for (const { subject, first, next } of shuffled(starters)) {
      const further = subject === EMPTY || READING.includes(subject) ? 0 : FURTHER;
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
    ...startRows("cold start", starters, ({ first }) => first, COLD_START),
    ...(quota ? startRows("cold start, 0.29 of a core", starters, ({ throttled }) => throttled, THROTTLED_START) : []),
    ...nextRows(starters),
  ];
  return { rows, notes: [NET, quota ? THROTTLED : NOT_THROTTLED] };
}

function optionsOf(
  subject: Subject,
  { artefacts, hosts }: Bench,
  environment: Readonly<Record<string, string>>,
): StartOptions {
  return {
    program: hosts.fresh,
    built: artefacts[subject.source],
    subject,
    event: toEvent(firstRequest(subject)),
    ...(READING.includes(subject) && { environment }),
  };
}

function startRows(
  scenario: string,
  starters: readonly Starter[],
  samplesOf: (starter: Starter) => readonly Sample[],
  targets: ReadonlyMap<Subject, Target>,
): Row[] {
  const summaries = new Map(starters.map((starter) => [starter.subject, summaryOf(samplesOf(starter))]));
  const empty = summaries.get(EMPTY);
  return [...summaries].map(([subject, summary]) => {
    const ours = summaries.get(READING.includes(subject) ? OURS_READING : OURS);
    const names = { scenario, subject: subject.title, unit: "ms" };
    if (!ours || !empty || summary === ours || summary === empty) return timedRow(names, summary);
    const target = targets.get(subject);
    return timedRow(names, summary, { ...partOf(ours, summary, empty), ...(target && { target }) });
  });
}

const partOf = (ours: Summary, theirs: Summary, empty: Summary): Comparison => ({
  as: "part",
  wall: (ours.wall - empty.wall) / (theirs.wall - empty.wall),
  cpu: (ours.cpu - empty.cpu) / (theirs.cpu - empty.cpu),
});

function nextRows(starters: readonly Starter[]): Row[] {
  const serving = starters.filter(({ next }) => next.length > 0);
  const ours = serving.find(({ subject }) => subject === OURS)?.next ?? [];
  return serving.map(({ subject, next }) => {
    const names = { scenario: "mean of requests 2 to 100", subject: subject.title, unit: "ms" };
    if (subject === OURS) return timedRow(names, summaryOf(next));
    const target = NEXT_REQUESTS.get(subject);
    return timedRow(names, summaryOf(next), { as: "part", ...ratioOf(ours, next), ...(target && { target }) });
  });
}
