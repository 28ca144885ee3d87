import { setTimeout as wait } from "node:timers/promises";
import { AnycloudError } from "../../src/adapter.ts";
import { runSmoke, type SmokeOptions } from "../smoke/run-smoke.ts";
import type { Candidate, CloudRelease, Traffic, TrafficControl } from "./cloud-release.ts";
import { type Change, compareSurfaces } from "./compare-surfaces.ts";
import { readSurface } from "./surface.ts";

export interface LoopOptions {
  /** Headers of the smoke test and of the comparison, such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly smoke: Omit<SmokeOptions, "url" | "headers">;
  /** Whether changes that break clients may go on. */
  readonly allowBreaking: boolean;
  readonly dryRun: boolean;
  readonly print: (line: string) => void;
  readonly pause?: (seconds: number) => Promise<unknown>;
}

/** Share of the traffic that a candidate gets while it is watched, in percent. */
const SHARE = 10;

/** How long it is watched, and how often. */
const WATCH_SECONDS = 300;
const EVERY_SECONDS = 30;

/**
 * A candidate goes back when so many of its requests failed, at least this share of them, and so many times the share of the
 * version before: tools fail in every version, such as for arguments that make no sense.
 */
const FAILED_REQUESTS = 5;
const FAILED_SHARE = 0.05;
const TIMES_BEFORE = 2;

/**
 * Deploys a candidate and tries it: smoke test, then what changes for clients. Whatever speaks against it takes the candidate's
 * tag away and throws INSTANCE_FAILED. Nobody but the tests has reached it until then.
 */
export async function deployCandidate(
  release: CloudRelease,
  traffic: TrafficControl,
  options: LoopOptions,
): Promise<Candidate> {
  const candidate = await traffic.candidate();
  options.print(`Candidate ${candidate.name} answers at ${candidate.url}`);
  try {
    await smoke(candidate.url, options);
    await compare((await release.outputs()).mcp_url, candidate.url, options);
  } catch (error) {
    throw await takenBack(release, error);
  }
  return candidate;
}

/** Gives the candidate a tenth of the traffic, watches it, and promotes it, or goes back and throws INSTANCE_FAILED. */
export async function shiftAndPromote(
  release: CloudRelease,
  traffic: TrafficControl,
  candidate: Candidate,
  options: LoopOptions,
): Promise<string> {
  const { print, dryRun, pause = (seconds) => wait(seconds * 1000) } = options;
  await traffic.shift(SHARE);
  print(`${SHARE} % of the traffic goes to ${candidate.name}, which is watched for ${WATCH_SECONDS / 60} minutes.`);
  try {
    for (let seconds = 0; seconds < WATCH_SECONDS; seconds += EVERY_SECONDS) {
      if (!dryRun) await pause(EVERY_SECONDS);
      const seen = await traffic.watched(candidate.name);
      const before = candidate.before === undefined ? NO_TRAFFIC : await traffic.watched(candidate.before);
      if (isBad(seen, before)) throw failed(`${seen.failed} of ${seen.requests} requests to ${candidate.name} failed`);
      if (dryRun) break;
    }
  } catch (error) {
    throw await takenBack(release, error);
  }
  return traffic.promote();
}

const NO_TRAFFIC: Traffic = { requests: 0, failed: 0 };

const shareOf = ({ requests, failed }: Traffic): number => (requests === 0 ? 0 : failed / requests);

/** Whether what a version's clients get speaks against it, beside what those of the version before got. */
const isBad = (seen: Traffic, before: Traffic): boolean =>
  seen.failed >= FAILED_REQUESTS && shareOf(seen) >= FAILED_SHARE && shareOf(seen) >= TIMES_BEFORE * shareOf(before);

/**
 * Tries a version as `mcp-anycloud smoke` does. One that lets nobody in who does not show a token, where none was given, is up:
 * more cannot be told.
 */
export async function smoke(url: string, { headers, smoke: more, dryRun, print }: LoopOptions): Promise<void> {
  print(`$ mcp-anycloud smoke ${url}`);
  if (dryRun) return;
  const { failure, needsToken, refused } = await runSmoke({ ...more, url, headers });
  if ((needsToken || refused) && !("authorization" in headers)) {
    print(
      "It lets only callers in whom it knows, and was tried no further: give --header 'authorization=Bearer …' for its tools.",
    );
  } else if (failure !== undefined) throw failed(failure);
}

/** Tells what changes for clients. A live server that cannot be read, such as none yet, has no clients to break. */
async function compare(live: string, candidate: string, options: LoopOptions): Promise<void> {
  const { headers, allowBreaking, dryRun, print } = options;
  print(`$ mcp-anycloud diff ${live}`);
  if (dryRun) return;
  const before = await readSurface({ url: live, headers }).catch((error: Error) => error);
  const after = await readSurface({ url: candidate, headers }).catch((error: Error) => error);
  if (before instanceof Error || after instanceof Error) {
    const unread = before instanceof Error ? before : (after as Error);
    return print(`Not compared: ${unread.message}`);
  }
  refuseBreaking(compareSurfaces(before, after), allowBreaking, print);
}

/** Prints changes, and throws INSTANCE_FAILED where one breaks clients and nobody said that it may. */
export function refuseBreaking(changes: readonly Change[], allowed: boolean, print: (line: string) => void): void {
  for (const { what, breaking } of changes) print(`${breaking ? "breaks clients: " : "changes: "}${what}`);
  if (changes.length === 0) print("Nothing changes for clients.");
  const breaking = changes.filter((change) => change.breaking);
  if (breaking.length === 0 || allowed) return;
  const told = `${breaking[0]?.what}${breaking.length > 1 ? `, and ${breaking.length - 1} more` : ""}`;
  throw failed(`Clients would break (${told}): keep what they know, or say --allow-breaking`);
}

/** The error, once all traffic is at the version before. */
export async function takenBack(release: CloudRelease, error: unknown): Promise<AnycloudError> {
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  try {
    return failed(`${reason}. Rolled back: all traffic is at ${await release.rollback()}`, error);
  } catch (again) {
    const why = again instanceof Error ? again.message : String(again);
    return failed(`${reason}. It could not be rolled back: ${why} Run mcp-anycloud rollback`, error);
  }
}

const failed = (sentence: string, cause?: unknown): AnycloudError =>
  new AnycloudError("INSTANCE_FAILED", `${sentence.replace(/\.$/, "")}.`, { cause });
