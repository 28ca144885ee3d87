import type { CallerScope } from "../../src/services/caller-scope.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { observed } from "../../src/store/observed-store.ts";
import type { StateStore } from "../../src/store/store.ts";

/** A clock that a test moves. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  pass(seconds: number): void;
}

export function createClock(): Clock {
  let ms = Date.UTC(2026, 10, 1);
  return {
    now: () => ms,
    pass(seconds) {
      ms += seconds * 1000;
    },
  };
}

/** Callers as they come to several instances that share one store: each call is another instance. */
export function createScopes(clock: Clock = createClock(), store: StateStore = createMemoryStore(clock.now)) {
  return (principal = "ada"): CallerScope => ({ store: observed(store), principal, now: clock.now });
}
