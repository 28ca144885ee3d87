import { setTimeout as sleep } from "node:timers/promises";
import { startReplicas } from "../drill/replicas.ts";
import type { Revision } from "./revision.ts";
import { FIXTURE, runConformanceAt } from "./run-conformance.ts";
import type { Verdict } from "./verdict.ts";

export interface BalancedRun {
  /** Path of the balancer's program. */
  readonly haproxy: string;
  readonly revision: Revision;
  /** By which the replicas find the state that they share. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the run early; it rejects then, once everything it started has ended. */
  readonly signal?: AbortSignal;
}

export interface BalancedVerdict {
  readonly verdict: Verdict;
  /** How the replicas that were replaced meanwhile ended. */
  readonly ended: readonly string[];
}

/** As `preStop` of templates/kubernetes. */
const PRE_STOP_MS = 5_000;

/**
 * Runs the official suite against three containers behind haproxy, while they are replaced one after the other, without a pause,
 * and judges.
 */
export async function runBalanced({ haproxy, revision, environment, signal }: BalancedRun): Promise<BalancedVerdict> {
  signal?.throwIfAborted();
  await using replicas = await startReplicas({ haproxy, entry: FIXTURE, environment });
  const over = new AbortController();
  const ended: string[] = [];
  const replacing = (async () => {
    while (!over.signal.aborted) {
      const preStop = () => sleep(PRE_STOP_MS, undefined, { signal: over.signal }).catch(() => {});
      ended.push(await replicas.replaceOldest(preStop));
    }
  })();
  const url = `http://127.0.0.1:${replicas.port}/mcp`;
  const signals = signal ? [signal, over.signal] : [over.signal];
  const run = runConformanceAt({ url, revision, signal: AbortSignal.any(signals) });
  try {
    // A replica that cannot be replaced ends the run: the suite would go on without what it is for.
    return { verdict: await Promise.race([run, replacing.then(() => run)]), ended };
  } finally {
    over.abort();
    await Promise.allSettled([run, replacing]);
  }
}
