import type { LoadStateKeys, StateKeyEntry } from "../../../src/adapter.ts";

/** Milliseconds for which a ring is handed out without a new load. By then a new key seals everywhere. */
const FRESH_MS = 300_000;
/** Milliseconds for which a ring is handed out when the next one cannot be loaded. */
const USABLE_MS = 3_600_000;
/** Milliseconds until the next load after one that failed, or that a key id from a client brought forward. */
const PAUSE_MS = 30_000;

/**
 * Remembers a key ring that is costly to load. Calls that arrive while it is being loaded wait for the same ring. A key that
 * is not in the ring may be newer than the ring, so the ring is loaded again at once; but anybody can make up an id, so that
 * happens once in 30 seconds. Throws the error of `load` when there is no ring younger than an hour, or when a key is not in
 * it and the load for it failed, because then nothing tells whether there is such a key. `now` is in milliseconds.
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

  async function reload(): Promise<void> {
    // While the ring is fresh, only a missing key id brings a load forward.
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
    const mayLoad = inFlight || !isYounger(USABLE_MS) || now() >= pausedUntil;
    if (isDue && mayLoad) {
      inFlight ??= reload().finally(() => {
        inFlight = undefined;
      });
      await inFlight;
    }
    if (isYounger(USABLE_MS) && !(failure && isMissing(keyId))) return ring;
    throw failure;
  };
}
