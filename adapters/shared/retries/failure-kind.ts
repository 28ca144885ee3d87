import { AnycloudError } from "../../../src/adapter.ts";
import type { FailureKind } from "./retry.ts";
import type { ServiceFailure } from "./service-failure.ts";

/** Node.js's codes where there was no connection yet. */
export const NOT_CONNECTED: RegExp = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
/** Its codes for a connection that broke, or an answer that is no HTTP. */
export const CUT_OFF: RegExp = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|HPE_.*)$/;

/** Classifies a failure of a service, of Node.js or of a time limit. One that is not known is not repeated. */
export function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return "refused";
  // No token could be had from the platform: nothing was sent.
  if (error instanceof AnycloudError) return error.code === "STORE_MISCONFIGURED" ? "refused" : "not applied";
  const { kind, code = "", name } = error as Partial<ServiceFailure> & Error;
  if (kind) return kind;
  if (NOT_CONNECTED.test(code)) return "not applied";
  return name === "TimeoutError" || CUT_OFF.test(code) ? "unsure" : "refused";
}
