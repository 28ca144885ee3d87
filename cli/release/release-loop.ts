import { AnycloudError } from "../../src/adapter.ts";
import { runSmoke, type SmokeOptions } from "../smoke/run-smoke.ts";
import { asksForToken, isRefused } from "../smoke/smoke-failure.ts";
import type { Candidate, CloudRelease, Traffic, TrafficControl } from "./cloud-release.ts";
import { type Change, compareSurfaces } from "./surface/compare-surfaces.ts";
import { readSurface } from "./surface/surface.ts";
import { WATCH_SECONDS, watchVersion } from "./watch.ts";

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

/**
 * Gives the candidate a tenth of the traffic, watches it, and promotes it, or goes back and throws INSTANCE_FAILED; so it does,
 * too, where somebody ends the watch.
 */
export async function shiftAndPromote(
  release: CloudRelease,
  traffic: TrafficControl,
  candidate: Candidate,
  options: LoopOptions,
): Promise<string> {
  try {
    await traffic.shift(SHARE);
    options.print(`${SHARE} % of the traffic goes to ${candidate.name}, ${WATCHED}.`);
    const look = async () => ({
      now: await traffic.watched(candidate.name),
      before: candidate.before === undefined ? NO_TRAFFIC : await traffic.watched(candidate.before),
    });
    await watchVersion(candidate.name, look, options);
  } catch (error) {
    throw await takenBack(release, error);
  }
  return traffic.promote();
}

const NO_TRAFFIC: Traffic = { requests: 0, failed: 0 };
const WATCHED = `which is watched for ${WATCH_SECONDS / 60} minutes`;

/** An hour, whose requests a new version's are held against. */
const BEFORE_MS = 3_600_000;

/**
 * Watches a version that all clients reach at once, where its requests can be counted: they are held against those of the hour
 * before. Throws INSTANCE_FAILED.
 */
export async function watchAll(release: CloudRelease, publishedAt: Date, options: LoopOptions): Promise<void> {
  const { requests } = release;
  if (!requests) return;
  options.print(`All of the traffic goes to the new version, ${WATCHED}.`);
  const before = await requests(new Date(publishedAt.getTime() - BEFORE_MS), publishedAt);
  const look = async () => ({ now: await requests(publishedAt, new Date()), before });
  await watchVersion("the new version", look, options);
}

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

/**
 * Tells what changes for clients. A live server that cannot be read, such as none yet, has no clients to break. Throws
 * INSTANCE_FAILED where the candidate breaks clients, or cannot be read though it lets this client in.
 */
async function compare(live: string, candidate: string, options: LoopOptions): Promise<void> {
  const { headers, allowBreaking, dryRun, print } = options;
  print(`$ mcp-anycloud diff ${live}`);
  if (dryRun) return;
  const before = await readSurface({ url: live, headers }).catch((error: Error) => error);
  if (before instanceof Error) return print(`Not compared: ${before.message}`);
  const after = await readSurface({ url: candidate, headers }).catch((error: Error) => error);
  if (!(after instanceof Error)) return refuseBreaking(compareSurfaces(before, after), allowBreaking, print);
  // The custom domain of a live server may let callers in whom the candidate's own address does not.
  if (asksForToken(after) || isRefused(after)) return print(`Not compared: ${after.message}`);
  throw failed(`What clients would get cannot be read: ${after.message}`, after);
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
