import { monotonicMs } from "../../../clock.ts";
import { UpstreamFailure } from "../upstream-failure.ts";

/** Messages before the answer to one request, in a second. Each costs about 50 µs, which other callers wait for. */
const MOST_IN_A_SECOND = 500;

/** Returns a function to be called for each message that comes before the answer to a request. It throws UpstreamFailure when there are too many. */
export function createFloodGuard(): () => void {
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    const now = monotonicMs();
    if (now - since >= 1_000) {
      since = now;
      count = 0;
    }
    if (++count > MOST_IN_A_SECOND) throw new UpstreamFailure("too-much", "It sends too many messages.");
  };
}
