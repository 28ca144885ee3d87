import { type LocalTable, startLocalTable } from "../../emulators/local-table.ts";
import { AnycloudError } from "../../src/index.ts";
import { type ConformanceOptions, readOptions, USAGE } from "./options.ts";
import type { Revision } from "./revision.ts";
import { runConformance, runConformanceAt } from "./run-conformance.ts";
import { describeVerdict, isAsExpected, type Verdict } from "./verdict.ts";

interface Candidate {
  /** The beginning of the result's line. */
  readonly label: string;
  readonly test: (revision: Revision, signal: AbortSignal) => Promise<Verdict>;
}

/** One ingress after the other: at the same time they would make each other time out. */
function candidates({ ingresses, modes }: ConformanceOptions, { environment }: LocalTable): readonly Candidate[] {
  return ingresses.flatMap((ingress) =>
    modes.map((mode) => ({
      label: `${ingress}, ${mode.name},`,
      test: (revision, signal) => runConformance({ ingress, mode, environment, revision, signal }),
    })),
  );
}

/** Prints one line per candidate and revision; settles with whether all went as expected. */
async function testAll(
  candidates: readonly Candidate[],
  revisions: readonly Revision[],
  signal: AbortSignal,
): Promise<boolean> {
  let allAsExpected = true;
  for (const { label, test } of candidates) {
    for (const revision of revisions) {
      const verdict = await test(revision, signal);
      process.stdout.write(`${label} ${revision} ${describeVerdict(verdict)}\n`);
      allAsExpected &&= isAsExpected(verdict);
    }
  }
  return allAsExpected;
}

/** Settles with whether all went as expected. */
async function carryOut(options: ConformanceOptions, signal: AbortSignal): Promise<boolean> {
  const { url, revisions } = options;
  if (url) {
    const there: Candidate = { label: url, test: (revision) => runConformanceAt({ url, revision, signal }) };
    return testAll([there], revisions, signal);
  }
  const table = await startLocalTable();
  try {
    return await testAll(candidates(options, table), revisions, signal);
  } finally {
    await table.close();
  }
}

const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interruption.abort());
try {
  const options = readOptions(process.argv.slice(2));
  if (options) process.exitCode = (await carryOut(options, interruption.signal)) ? 0 : 1;
  else process.stdout.write(USAGE);
} catch (error) {
  if (interruption.signal.aborted) {
    process.exitCode = 130;
  } else {
    const isUsage = error instanceof AnycloudError && error.code === "USAGE";
    process.stderr.write(`${isUsage ? error.message : describeError(error)}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

function describeError(error: unknown): string {
  return error instanceof AnycloudError ? error.message : String((error as Error)?.stack ?? error);
}
