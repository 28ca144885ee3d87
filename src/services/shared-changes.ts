import { setTimeout as sleep } from "node:timers/promises";
import type { ObservedStore } from "../store/observed-store.ts";
import { isConflict } from "../store/store.ts";
import { expiresIn } from "./caller-scope.ts";

/** Milliseconds of a turn, in which an event is told once. */
const TURN_MS = 1_000;
/** Seconds for which the store knows that it was. */
const KNOWN_SECONDS = 60;

/**
 * Publishes events that many instances learn of at the same time, each by itself: one of them tells all, when the next turn begins.
 * What an instance learns after that is told in a later turn, so that no change is missed, and a burst is one event. The result
 * settles when the event was told, by whichever instance. Throws STORE_UNAVAILABLE.
 */
export function createSharedPublisher(
  store: ObservedStore,
  publish: (json: string) => Promise<void>,
): (json: string) => Promise<void> {
  /** Events that wait for the next turn. */
  const waiting = new Map<string, Promise<void>>();

  async function tell(json: string): Promise<void> {
    const turn = Math.floor(store.now() / TURN_MS) + 1;
    await sleep(turn * TURN_MS - store.now(), undefined, { ref: false });
    waiting.delete(json);
    const { createHash } = process.getBuiltinModule("node:crypto");
    const sort = `${turn}/${createHash("sha256").update(json).digest("base64url")}`;
    try {
      await store.put(
        { partition: "changes/told", sort, value: "told", expiresAt: expiresIn(KNOWN_SECONDS, store.now) },
        "absent",
      );
    } catch (error) {
      if (isConflict(error)) return;
      throw error;
    }
    await publish(json);
  }

  return (json) => {
    const told = waiting.get(json) ?? tell(json);
    waiting.set(json, told);
    return told;
  };
}
