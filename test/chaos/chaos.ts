import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildTarget } from "../../cli/build/build-target.ts";
import { startStore } from "../store/store-environments.ts";
import { createChaosClient } from "./chaos-client.ts";
import { countOf } from "./count-of.ts";
import { startMortalInstances } from "./mortal-instances.ts";
import { createRandom } from "./random.ts";
import { runSession, type SessionReport } from "./session-run.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly sessions: number;
  /** How many sessions run at a time. */
  readonly concurrency: number;
  /** Milliseconds from one kill to the next, at random between the two. */
  readonly killEveryMs: readonly [least: number, most: number];
  /** Name of the engine that keeps the state. Default: dynalite. */
  readonly store?: string;
  /** Time after which a session that has not ended counts as hanging. */
  readonly deadlineMs: number;
}

export interface ChaosReport extends Omit<SessionReport, "reasons"> {
  readonly kills: number;
  /** Why calls failed, and how many did for it. */
  readonly reasons: Readonly<Record<string, number>>;
}

const ENTRY = fileURLToPath(new URL("./chaos-server.ts", import.meta.url));
const INSTANCES = 3;
/** All sessions come from one address, and a slot of an instance that was killed is taken until it expires. */
const LIMITS = { MCP_ANYCLOUD_RATE_LIMITS: "session=1000000/300", MCP_ANYCLOUD_MAX_STREAMS: "10000" };
/** The longest pause of a session before a call, so that calls of many sessions, but not of all, are in flight at any time. */
const PAUSE_MS = 8_000;

/** Runs sessions through instances that are killed at random, and reports what must not happen. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const artefact = await mkdtemp(join(tmpdir(), "chaos-"));
  const engine = await startStore(options.store ?? "dynalite");
  try {
    // The form that has every store.
    await buildTarget({ platform: "container", entry: ENTRY, outDir: artefact });
    const environment = { ...engine.environment, ...LIMITS };
    const instances = await startMortalInstances({ artefact, size: INSTANCES, environment });
    try {
      return await rage(instances, options);
    } finally {
      await instances.close();
    }
  } finally {
    await engine.close();
    await rm(artefact, { recursive: true });
  }
}

async function rage(
  instances: Awaited<ReturnType<typeof startMortalInstances>>,
  options: ChaosOptions,
): Promise<ChaosReport> {
  const { seed, sessions, concurrency, killEveryMs, deadlineMs } = options;
  const fate = createRandom(seed);
  const luck = createRandom(seed + 1);
  const over = new AbortController();
  const pickPort = (): number | undefined => {
    const ports = instances.ports();
    return ports[Math.floor(luck() * ports.length)];
  };
  const reports: SessionReport[] = [];
  let started = 0;

  async function work(): Promise<void> {
    while (started < sessions) {
      const name = `session-${++started}`;
      const deadline = AbortSignal.timeout(deadlineMs);
      const client = createChaosClient({ pickPort, deadline });
      const plan = { name, steps: 2, gapMs: 20 + luck() * 130, pausesMs: [1, 2, 3].map(() => luck() * PAUSE_MS) };
      const hanging = new Promise<SessionReport>((resolve) => {
        deadline.addEventListener("abort", () => resolve(hung(name)), { once: true });
      });
      const run = runSession(client, plan).catch((error: unknown) => broken(name, error));
      reports.push(await Promise.race([run, hanging]));
    }
  }

  async function kill(): Promise<void> {
    const [least, most] = killEveryMs;
    while (!over.signal.aborted) {
      await sleep(least + fate() * (most - least), undefined, { signal: over.signal }).catch(() => {});
      // Where starting takes long, at least two are left to be chosen between.
      if (!over.signal.aborted && instances.ports().length === INSTANCES)
        instances.kill(Math.floor(fate() * INSTANCES));
    }
  }

  const killing = kill();
  await Promise.all(Array.from({ length: concurrency }, work));
  over.abort();
  await killing;
  const sum = (of: (report: SessionReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    succeeded: sum(({ succeeded }) => succeeded),
    failed: sum(({ failed }) => failed),
    resumed: sum(({ resumed }) => resumed),
    reasons: countOf(reports.flatMap(({ reasons }) => reasons)),
    kills: instances.kills,
    violations: reports.flatMap(({ violations }) => violations),
  };
}

const hung = (name: string): SessionReport => ({ ...NOTHING, violations: [`${name}: hung past its deadline`] });
const broken = (name: string, error: unknown): SessionReport => ({ ...NOTHING, violations: [`${name}: ${error}`] });
const NOTHING = { succeeded: 0, failed: 0, reasons: [], resumed: 0 };
