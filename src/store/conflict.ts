import { AnycloudError } from "../errors.ts";

/** The error of every store for a condition that does not hold. It names no key, which may hold a session's id. */
export const stateConflict = (options?: ErrorOptions): AnycloudError =>
  new AnycloudError(
    "STATE_CONFLICT",
    "The stored item is not in the state that this write asked for: read it again.",
    options,
  );
