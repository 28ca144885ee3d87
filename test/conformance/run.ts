import { AnycloudError } from "../../src/index.ts";
import { findHaproxy, NO_HAPROXY } from "../drill/haproxy.ts";
import { startStore } from "../store/store-environments.ts";
import type { TestIngress } from "./ingress.ts";
import { type ConformanceOptions, readOptions, type TestStore, USAGE } from "./options.ts";
import type { Revision } from "./revision.ts";
import { runBalanced } from "./run-balanced.ts";
import { runConformance, runConformanceAt } from "./run-conformance.ts";
import { describeVerdict, isAsExpected, type Verdict } from "./verdict.ts";

interface Candidate {
  /** The beginning of the result's line. */
  readonly label: string;
  readonly test: (revision: Revision, signal: AbortSignal) => Promise<Verdict>;
}

/** Engines of the stores that are the clouds' own. */
const NATIVE: Readonly<Record<TestIngress, string>> = { aws: "dynalite", azure: "azurite", gcp: "firestore" };

const engineOf = (store: TestStore, ingress: TestIngress): string =>
  ({ dynamodb: "dynalite", native: NATIVE[ingress], redis: "redis" })[store];

/** Tests one ingress with a store of its own. */
async function testIngress(ingress: TestIngress, options: ConformanceOptions, signal: AbortSignal): Promise<boolean> {
  const engine = engineOf(options.store, ingress);
  const { environment, close } = await startStore(engine);
  try {
    const candidates = options.modes.map(
      (mode): Candidate => ({
        label: `${ingress} with ${engine}, ${mode.name},`,
        test: (revision) => runConformance({ ingress, mode, environment, revision, signal }),
      }),
    );
    return await testAll(candidates, options.revisions, signal);
  } finally {
    await close();
  }
}

/** Tests containers behind haproxy, which are replaced meanwhile. */
async function testBalanced({ store, revisions }: ConformanceOptions, signal: AbortSignal): Promise<boolean> {
  const haproxy = findHaproxy();
  if (!haproxy) throw new AnycloudError("USAGE", `Nothing was tested: ${NO_HAPROXY}.`);
  const engine = engineOf(store, "gcp");
  const { environment, close } = await startStore(engine);
  let allAsExpected = true;
  try {
    for (const revision of revisions) {
      const { verdict, ended } = await runBalanced({ haproxy, revision, environment, signal });
      const [cut] = ended.filter((ending) => ending !== "exit code 0");
      const replaced = `${ended.length} replaced meanwhile${cut === undefined ? "" : `, of which one ended with ${cut}`}`;
      process.stdout.write(`haproxy with ${engine}, ${replaced}, ${revision} ${describeVerdict(verdict)}\n`);
      allAsExpected &&= isAsExpected(verdict) && ended.length > 0 && cut === undefined;
    }
  } finally {
    await close();
  }
  return allAsExpected;
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
  if (options.balancer) return testBalanced(options, signal);
  let allAsExpected = true;
  // One after the other: at the same time they would make each other time out.
  for (const ingress of options.ingresses)
    allAsExpected = (await testIngress(ingress, options, signal)) && allAsExpected;
  return allAsExpected;
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
