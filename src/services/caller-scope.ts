import type { Principal } from "../auth/principal.ts";
import type { ObservedStore } from "../store/observed-store.ts";

/** The dependencies of a service for one caller. */
export interface CallerScope {
  readonly store: ObservedStore;
  readonly principal: Principal;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/**
 * The partition for what `parts` name together: of fixed length, whatever principals and clients call things, and another
 * one for any other parts. What is named cannot be read from it.
 */
export function partitionOf(kind: string, parts: readonly string[]): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return `${kind}/${createHash("sha256").update(JSON.stringify(parts)).digest("base64url")}`;
}

/** Unix time in whole seconds, `ttlSeconds` from now. Throws RangeError for what is no time ahead. */
export function expiresIn(ttlSeconds: number, now: () => number): number {
  checkTtl(ttlSeconds);
  return Math.ceil(now() / 1000 + ttlSeconds);
}

/** Throws RangeError for what is no time ahead. */
export function checkTtl(ttlSeconds: number): void {
  if (Number.isFinite(ttlSeconds) && ttlSeconds > 0) return;
  throw new RangeError(`ttlSeconds must be a number of seconds above 0, not ${ttlSeconds}.`);
}
