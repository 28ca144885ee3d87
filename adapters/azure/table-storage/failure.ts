import { AnycloudError } from "../../../src/adapter.ts";
import { kindOf } from "../../shared/retries/failure-kind.ts";
import type { FailureKind } from "../../shared/retries/retry.ts";
import type { ServiceFailure } from "../../shared/retries/service-failure.ts";

type Sentence = (table: string) => string;

/** Something that somebody has to correct, by the service's own code (https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2). */
const MISCONFIGURED: Readonly<Record<string, Sentence>> = {
  TableNotFound: (table) =>
    `The storage account of the function app has no table ${table}: create it, or correct MCP_ANYCLOUD_STORAGE_TABLE.`,
  AuthorizationPermissionMismatch: (table) =>
    `The app's identity may not use the table ${table}: give it the role Storage Table Data Contributor on the storage account.`,
  AuthorizationFailure: (table) =>
    `The storage account does not let this app reach the table ${table}: give its identity the role Storage Table Data Contributor, and check the account's network rules.`,
  AuthenticationFailed: (table) =>
    `The storage account does not accept the credentials for the table ${table}: check the identity of the app, or the key in AzureWebJobsStorage.`,
  KeyBasedAuthenticationNotPermitted: (table) =>
    `The storage account takes no keys for the table ${table}: set AzureWebJobsStorage__accountName and give the app's identity the role Storage Table Data Contributor.`,
};

const BY_KIND: Readonly<Record<FailureKind, Sentence>> = {
  condition: (table) => `A write to the table ${table} may or may not have happened: read the item again.`,
  throttled: (table) =>
    `Requests to the table ${table} are throttled: Azure Storage takes 2,000 a second for a partition.`,
  "not applied": (table) =>
    `Azure Storage cannot be reached for the table ${table}: check the network, and AzureWebJobsStorage__accountName.`,
  unsure: (table) => `Azure Storage failed, or did not answer in time, for the table ${table}: try again.`,
  refused: (table) => `Azure Storage refused a request to the table ${table}: the cause says why.`,
};

/** STORE_MISCONFIGURED, or STORE_UNAVAILABLE where it may pass by itself, with the cause. */
export function toTableFailure(error: unknown, table: string): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const { code = "", status = 0, message } = error as Partial<ServiceFailure>;
  const wrong =
    MISCONFIGURED[code] ?? (status === 401 || status === 403 ? MISCONFIGURED.AuthenticationFailed : undefined);
  // No account has such a name.
  const isUnknown = code === "ENOTFOUND";
  const sentence = wrong ?? BY_KIND[isUnknown ? "not applied" : kindOf(error)];
  const what = sentence(table);
  return new AnycloudError(wrong || isUnknown ? "STORE_MISCONFIGURED" : "STORE_UNAVAILABLE", what, {
    cause: error instanceof Error ? error : new Error(String(message)),
  });
}
