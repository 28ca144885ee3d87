import { setTimeout as wait } from "node:timers/promises";
import { AnycloudError } from "../../src/adapter.ts";
import { interruptible } from "../signals/interruption.ts";
import type { Traffic } from "./cloud-release.ts";

/** How long a version is watched, and how often. */
export const WATCH_SECONDS = 300;
const EVERY_SECONDS = 30;

/**
 * A version goes back when so many of its requests failed, at least this share of them, and so many times the share of the
 * version before: tools fail in every version, such as for arguments that make no sense.
 */
const FAILED_REQUESTS = 5;
const FAILED_SHARE = 0.05;
const TIMES_BEFORE = 2;
/** Looks in a row that may fail: what counts requests is busy sometimes. A version that could not be watched at the end goes back. */
const FAILED_LOOKS = 2;

interface WatchOptions {
  readonly dryRun: boolean;
  /** Waits so many seconds; a test waits less. */
  readonly pause?: (seconds: number) => Promise<unknown>;
}

/** The requests to a version, and those to the version before. */
interface Seen {
  readonly now: Traffic;
  readonly before: Traffic;
}

/**
 * Looks at the requests to a version for five minutes. Throws INSTANCE_FAILED as soon as they speak against it, and where
 * somebody ends the watch.
 */
export function watchVersion(name: string, look: () => Promise<Seen>, options: WatchOptions): Promise<void> {
  const sentence = `The watch of ${name} was interrupted.`;
  return interruptible(sentence, (interrupted) => watchUntil(interrupted, name, look, options));
}

async function watchUntil(
  interrupted: AbortSignal,
  name: string,
  look: () => Promise<Seen>,
  options: WatchOptions,
): Promise<void> {
  const { dryRun, pause = (seconds) => wait(seconds * 1000, undefined, { signal: interrupted }).catch(() => {}) } =
    options;
  let failedLooks = 0;
  for (let left = WATCH_SECONDS - EVERY_SECONDS; left >= 0; left -= EVERY_SECONDS) {
    if (!dryRun) await pause(EVERY_SECONDS);
    interrupted.throwIfAborted();
    const seen = await look().catch((error: unknown) => {
      interrupted.throwIfAborted();
      failedLooks += 1;
      if (failedLooks > FAILED_LOOKS || left === 0) throw error;
    });
    if (!seen) continue;
    failedLooks = 0;
    const { now, before } = seen;
    if (isBad(now, before)) {
      const sentence = `${now.failed} of ${now.requests} requests to ${name} failed.`;
      throw new AnycloudError("INSTANCE_FAILED", sentence);
    }
    if (dryRun) return;
  }
}

const shareOf = ({ requests, failed }: Traffic): number => (requests === 0 ? 0 : failed / requests);

/** Whether what a version's clients get speaks against it, beside what those of the version before got. */
const isBad = (now: Traffic, before: Traffic): boolean =>
  now.failed >= FAILED_REQUESTS && shareOf(now) >= FAILED_SHARE && shareOf(now) >= TIMES_BEFORE * shareOf(before);
