import { setTimeout as sleep } from "node:timers/promises";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../../src/index.ts";
import { gateway, remote } from "../../../src/sources/sources.ts";
import { createRandom } from "../../chaos/random.ts";
import { bearerVerifier } from "./bearer-verifier.ts";
import { type CallReport, createChaosCaller } from "./chaos-caller.ts";
import { createFaultyUpstream, FAULTS, type FaultyUpstream } from "./faulty-upstream.ts";

export interface SourceChaosOptions {
  readonly seed: number;
  /** Each is a quiet time and one in which two of five upstreams fail. */
  readonly rounds: number;
  /** Milliseconds of each of the two. */
  readonly roundMs: number;
  /** Milliseconds from one call to the next. */
  readonly everyMs: number;
}

export interface SourceChaosReport {
  /** Durations of answered calls in milliseconds: of upstreams that do not fail, while two others do. */
  readonly quietMs: readonly number[];
  readonly chaosMs: readonly number[];
  readonly calls: number;
  readonly refused: number;
  /** A sentence for each broken promise. */
  readonly violations: readonly string[];
}

const NAMES = ["a", "b", "c", "d", "e"];
const CALLERS = 8;
/** Milliseconds after which an upstream that is well must be used again: a call that hangs, and the breaker. */
const RECOVERY_MS = 6_000;

/** Calls five upstreams of one gateway, of which two fail at any time of every other period. */
export async function runSourceChaos(options: SourceChaosOptions): Promise<SourceChaosReport> {
  const { seed, rounds, roundMs, everyMs } = options;
  const random = createRandom(seed);
  const upstreams = NAMES.map((name) => createFaultyUpstream(name));
  const endpoint = createMcpEndpoint(gatewayOf(upstreams), {
    store: createMemoryStore(),
    logLevel: "silent",
    audit: "off",
    rateLimits: [],
  });
  const callers = await Promise.all(
    Array.from({ length: CALLERS }, (_, n) =>
      createChaosCaller(endpoint, { name: `caller-${n}`, era: n % 2 === 0 ? "2026-07-28" : "2025-11-25" }),
    ),
  );
  const reports: (CallReport & { readonly upstream: FaultyUpstream; readonly isChaos: boolean })[] = [];
  let turn = 0;

  async function period(isChaos: boolean): Promise<void> {
    for (let n = 0; isChaos && n < 2; n++, turn++) {
      const upstream = upstreams[turn % upstreams.length] as FaultyUpstream;
      upstream.fault = FAULTS[turn % FAULTS.length];
    }
    const pending: Promise<void>[] = [];
    const end = performance.now() + roundMs;
    while (performance.now() < end) {
      const upstream = upstreams[Math.floor(random() * upstreams.length)] as FaultyUpstream;
      const caller = callers[Math.floor(random() * callers.length)] as (typeof callers)[number];
      const wasWell = upstream.fault === undefined && performance.now() - upstream.wellSince > RECOVERY_MS;
      const call = random() < 0.05 ? caller.list() : caller.call(upstream.name, wasWell);
      pending.push(call.then((report) => void reports.push({ ...report, upstream, isChaos })));
      await sleep(everyMs);
    }
    for (const upstream of upstreams.filter(({ fault }) => fault !== undefined)) {
      upstream.fault = undefined;
      upstream.wellSince = performance.now();
    }
    await Promise.all(pending);
  }

  // Each caller opens its sessions before anything is measured.
  for (const { name } of upstreams) await Promise.all(callers.map((caller) => caller.call(name, true)));
  for (let round = 0; round < rounds; round++) {
    await period(false);
    await period(true);
  }
  const violations = reports.flatMap((report) => report.violations);
  for (const { name } of upstreams) {
    if (!(await answersAgain(callers[0] as (typeof callers)[number], name))) violations.push(`${name} stays away`);
  }
  const durations = (isChaos: boolean): number[] =>
    reports.filter((report) => report.isChaos === isChaos && report.isAnswered).map(({ ms }) => ms);
  return {
    quietMs: durations(false),
    chaosMs: durations(true),
    calls: reports.length,
    refused: reports.filter(({ isAnswered }) => !isAnswered).length,
    violations,
  };
}

const gatewayOf = (upstreams: readonly FaultyUpstream[]) =>
  defineServer({
    ...gateway(
      Object.fromEntries(
        upstreams.map(({ name, fetch }) => [
          name,
          remote("http://127.0.0.1/mcp", {
            fetch,
            timeoutSeconds: 1,
            breaker: { failures: 6, seconds: 1 },
            credentials: { perCaller: true, token: async ({ caller }) => `for-${caller.claims.sub}` },
          }),
        ]),
      ),
      { listSeconds: 1 },
    ),
    verifier: bearerVerifier,
  });

async function answersAgain(caller: Awaited<ReturnType<typeof createChaosCaller>>, name: string): Promise<boolean> {
  const end = performance.now() + 3 * RECOVERY_MS;
  while (performance.now() < end) {
    if ((await caller.call(name, false)).isAnswered) return true;
    await sleep(100);
  }
  return false;
}
