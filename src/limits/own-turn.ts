import { setImmediate as nextTurn } from "node:timers/promises";

/** Turns of the event loop that a small request takes from its arrival to its response. */
const TURNS_OF_OTHERS = 4;

let lastTurn: Promise<void> = Promise.resolve();

/**
 * A turn of the event loop for one part of the work on a large message alone, such as parsing it: small requests wait for one
 * such part at most.
 */
export function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(async () => {
    for (let turn = 0; turn < TURNS_OF_OTHERS; turn++) await nextTurn();
  });
  return lastTurn;
}
