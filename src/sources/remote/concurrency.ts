import { ANYBODY, type Caller } from "../../auth/caller.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

/** One caller has at most this share: others are served beside it. */
const SHARE_OF_ONE = 0.8;

/**
 * Counts the requests that are at an upstream at a time. The result enters one of a caller, or throws UpstreamFailure; what it gives
 * back leaves again. Callers who are not told apart have no share.
 */
export function createConcurrency(maxConcurrent: number): (caller: Caller) => () => void {
  const mostOfOne = Math.max(1, Math.floor(maxConcurrent * SHARE_OF_ONE));
  const counts = new Map<string, number>();
  let all = 0;
  return ({ principal }) => {
    const own = counts.get(principal) ?? 0;
    const isFull = all >= maxConcurrent || (principal !== ANYBODY.principal && own >= mostOfOne);
    if (isFull) throw new UpstreamFailure("refused", "Too many requests are at it already.");
    all++;
    counts.set(principal, own + 1);
    return () => {
      all--;
      const left = (counts.get(principal) ?? 1) - 1;
      if (left > 0) counts.set(principal, left);
      else counts.delete(principal);
    };
  };
}
