import { AnycloudError } from "../errors.ts";

/** What every store throws for a condition that does not hold. Keys are not named: they may hold a session's id. */
export const stateConflict = (options?: ErrorOptions): AnycloudError =>
  new AnycloudError(
    "STATE_CONFLICT",
    "The stored item is not in the state that this write asked for: read it again.",
    options,
  );
