import { AnycloudError } from "../../../src/adapter.ts";
import { kindOf } from "../../shared/retries/failure-kind.ts";
import type { FailureKind } from "../../shared/retries/retry.ts";
import type { ServiceFailure } from "../../shared/retries/service-failure.ts";

type Sentence = (database: string) => string;

/** Something that somebody has to correct, by the API's own code. */
const MISCONFIGURED: Readonly<Record<string, Sentence>> = {
  NOT_FOUND: (database) =>
    `There is no Firestore database ${database}: create it in native mode, or correct MCP_ANYCLOUD_FIRESTORE_DATABASE.`,
  PERMISSION_DENIED: (database) =>
    `The service's account may not use the Firestore database ${database}: give it roles/datastore.user, and enable the API firestore.googleapis.com.`,
  UNAUTHENTICATED: (database) =>
    `Firestore does not accept the token of this instance for ${database}: check the service's account.`,
  FAILED_PRECONDITION: (database) =>
    `The Firestore database ${database} refuses a query: it must be in native mode, and index the field sort of the collection group mcpItems both ways.`,
};

const BY_KIND: Readonly<Record<FailureKind, Sentence>> = {
  condition: (database) => `A write to ${database} may or may not have happened: read the item again.`,
  throttled: (database) => `Requests to ${database} are throttled, or too many write to one document: try again.`,
  "not applied": (database) => `Firestore cannot be reached for ${database}: check the network.`,
  unsure: (database) => `Firestore failed, or did not answer in time, for ${database}: try again.`,
  refused: (database) => `Firestore refused a request to ${database}: the cause says why.`,
};

/** STORE_MISCONFIGURED, or STORE_UNAVAILABLE where it may pass by itself, with the cause. */
export function toDatabaseFailure(error: unknown, database: string): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const kind = kindOf(error);
  const wrong = kind === "refused" ? MISCONFIGURED[(error as Partial<ServiceFailure>).code ?? ""] : undefined;
  const sentence = wrong ?? BY_KIND[kind];
  return new AnycloudError(wrong ? "STORE_MISCONFIGURED" : "STORE_UNAVAILABLE", sentence(database), { cause: error });
}
