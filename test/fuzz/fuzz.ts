import fc from "fast-check";
import type { HttpHandler } from "../../src/adapter.ts";
import { callerOf, legacyRequest } from "../support/messages.ts";
import { type Answer, flaws } from "./answer.ts";
import { startArms } from "./arms.ts";
import { createEndpoints } from "./endpoints.ts";
import { USER } from "./header-lines.ts";
import { type Sample, samples } from "./sample.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** Told how many are done, after each epoch. */
  readonly progress: (done: number, violations: number) => void;
}

export interface FuzzReport {
  readonly violations: readonly string[];
  /** Answers by arm, and by arm and status. */
  readonly statuses: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Bytes in use after a garbage collection at the end of each epoch; empty without `--expose-gc`. */
  readonly heap: readonly number[];
}

/** So many that their thirds can be compared, and so few that collecting is not what a short run does. */
const epochsOf = (runs: number): number => Math.min(30, Math.max(6, Math.floor(runs / 1_000)));
/** At a time, because some answers are streams that wait. */
const BATCH = 250;
const MAX_VIOLATIONS = 20;

/** Sends so many hostile requests through every adapter in turn. The same seed sends the same ones. */
export async function fuzz({ seed, runs, progress }: FuzzOptions): Promise<FuzzReport> {
  const violations: string[] = [];
  const violated = (what: string): void => {
    if (violations.length < MAX_VIOLATIONS) violations.push(what);
  };
  const onStray = (error: unknown): void =>
    violated(`an error that nobody caught: ${(error as Error)?.stack ?? error}`);
  process.on("unhandledRejection", onStray).on("uncaughtException", onStray);
  const endpoints = createEndpoints(({ error, path }) => violated(`a failure on ${path}: ${error}`));
  const arms = await startArms(endpoints.handlers);
  const statuses: Record<string, Record<string, number>> = {};
  const heap: number[] = [];

  async function attempt(sample: Sample, number: number): Promise<void> {
    const arm = arms[number % arms.length] as (typeof arms)[number];
    const count = (key: string): void => {
      const row = statuses[arm.name] ?? {};
      row[key] = (row[key] ?? 0) + 1;
      statuses[arm.name] = row;
    };
    const tell = (what: string): void => violated(`#${number}, ${arm.name}: ${what}\n  ${described(sample)}`);
    try {
      const got = await withTimeout(arm.send(sample));
      if (!got) count("none");
      for (const answer of got ? ([got].flat() as Answer[]) : []) {
        count(String(answer.status));
        for (const flaw of flaws(answer)) tell(flaw);
      }
    } catch (error) {
      tell(`an error: ${(error as Error)?.stack ?? error}`);
    }
  }

  try {
    const perEpoch = Math.ceil(runs / epochsOf(runs));
    for (let done = 0; done < runs; ) {
      const arbitrary = samples(await Promise.all(endpoints.handlers.map(openSession)));
      const end = Math.min(runs, done + perEpoch);
      for (; done < end; done += BATCH) {
        const batch = fc.sample(arbitrary, { seed: seed + done, numRuns: Math.min(BATCH, end - done) });
        await Promise.all(batch.map((sample, at) => attempt(sample, done + at)));
      }
      done = end;
      endpoints.forget();
      await collected();
      if (globalThis.gc) heap.push(process.memoryUsage().heapUsed);
      progress(done, violations.length);
    }
  } finally {
    await Promise.all(arms.map((arm) => arm.close()));
    process.off("unhandledRejection", onStray).off("uncaughtException", onStray);
  }
  return { violations, statuses, heap };
}

/** So long that only who waits for ever takes longer. */
const LONGEST_MS = 60_000;

async function withTimeout<Result>(pending: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("There was no answer.")), LONGEST_MS);
  return Promise.race([pending, late]).finally(() => clearTimeout(timer));
}

/** Collects garbage several times, because finalizers release more. */
async function collected(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
}

/** A session to send requests in. Its id is the only thing that is not the same for the same seed. */
async function openSession(handler: HttpHandler): Promise<string> {
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "fuzz", version: "1" } };
  const authorization = { authorization: `Bearer ${USER}` };
  const { headers } = await callerOf(handler)(legacyRequest("initialize", params), { headers: authorization });
  return headers["mcp-session-id"] ?? "none";
}

const described = ({ body, ...rest }: Sample): string =>
  `${JSON.stringify(rest).slice(0, 1_500)} ${JSON.stringify(body.toString("latin1").slice(0, 1_000))}`;
