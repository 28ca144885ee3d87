import { AnycloudError } from "../errors.ts";

/** The error of every store for a condition that does not hold. It names no key, which may hold a session's id. */
export const stateConflict = (options?: ErrorOptions): AnycloudError =>
  new AnycloudError(
    "STATE_CONFLICT",
    "The stored item is not in the state that this write asked for: read it again.",
    options,
  );

/** Messages that this process has logged. */
const logged = new Set<string>();

/**
 * Writes a line on the error stream, once in a process, for what somebody has to correct at the store: also where whoever
 * asked the store goes on without it. Other errors pass by themselves, and are for the records of requests.
 */
export function logMisconfiguration(error: unknown): void {
  if (!(error instanceof AnycloudError) || error.code !== "STORE_MISCONFIGURED" || logged.has(error.message)) return;
  logged.add(error.message);
  logStoreFailure(error);
}

/** Writes the line of a failure of the store, with what its service said. */
export function logStoreFailure(error: AnycloudError): void {
  const { code, message, cause } = error;
  console.error(`${code}: ${message}${cause === undefined ? "" : ` (${String(cause).trim().replace(/\s+/g, " ")})`}`);
}
