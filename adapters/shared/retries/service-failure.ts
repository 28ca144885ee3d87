import type { FailureKind } from "./retry.ts";

/** A failure that a service answered. Imports nothing of the core, because it also lies in bundles of their own. */
export interface ServiceFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number;
  /** The service's own code of the failure. */
  readonly code: string;
}

export const serviceFailure = (kind: FailureKind, status: number, code: string, message: string): ServiceFailure =>
  Object.assign(new Error(`${code} (${status}): ${message}`), { kind, status, code });
