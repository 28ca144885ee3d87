import type { LoadStateKeys, StateKeyEntry } from "../../../src/adapter.ts";

/** Milliseconds for which a ring is handed out without another look. A new key thus seals everywhere by then. */
const FRESH_MS = 300_000;
/** Milliseconds for which a ring is handed out when the next one cannot be had. */
const USABLE_MS = 3_600_000;
/** Milliseconds until the next look after one that failed, or that a key id from a client brought forward. */
const PAUSE_MS = 30_000;

/**
 * Remembers a key ring that is costly to load. Whoever asks while it is loaded waits for the same answer. A key that is
 * not in the ring may be newer than the ring, so it has a new look taken at once; but anybody can make up an id, so that
 * happens once in 30 seconds. Asking throws what `load` threw when there is no ring younger than an hour, or when a key is
 * not in it and the look for it failed: it cannot be told then whether there is such a key. `now` is in milliseconds.
 */
export function rememberedKeys(
  load: () => Promise<readonly StateKeyEntry[]>,
  now: () => number = Date.now,
): LoadStateKeys {
  let ring: readonly StateKeyEntry[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let inFlight: Promise<void> | undefined;

  const isYounger = (ms: number): boolean => now() - loadedAt < ms;
  const isMissing = (keyId: string | undefined): boolean => keyId !== undefined && !ring.some(({ id }) => id === keyId);

  async function look(): Promise<void> {
    // While the ring is fresh, it is only for a key id that somebody looks.
    if (isYounger(FRESH_MS)) pausedUntil = now() + PAUSE_MS;
    try {
      ring = await load();
      loadedAt = now();
      failure = undefined;
    } catch (error) {
      failure = error;
      pausedUntil = now() + PAUSE_MS;
    }
  }

  return async (keyId) => {
    const isDue = !isYounger(FRESH_MS) || isMissing(keyId);
    const mayLook = inFlight || !isYounger(USABLE_MS) || now() >= pausedUntil;
    if (isDue && mayLook) {
      inFlight ??= look().finally(() => {
        inFlight = undefined;
      });
      await inFlight;
    }
    if (isYounger(USABLE_MS) && !(failure && isMissing(keyId))) return ring;
    throw failure;
  };
}
