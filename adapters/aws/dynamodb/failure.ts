import type { AnycloudError } from "../../../src/adapter.ts";
import type { FailureKind } from "../../shared/retries/retry.ts";
import { kindOf, type Sentence, type Sentences, toStoreFailure } from "../client/failure.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const MISCONFIGURED: Sentences = [
  [
    /^ResourceNotFoundException/,
    (table) =>
      `DynamoDB does not have ${table} in this region and account: create it, with the string keys pk and sk, or correct MCP_ANYCLOUD_TABLE.`,
  ],
  [
    /^(AccessDenied|NotAuthorized)/,
    (table) =>
      `The credentials do not allow the requests to ${table}: allow dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query on it.`,
  ],
  [
    /^ValidationException/,
    (table) => `DynamoDB refused a request to ${table}: check that its keys are the strings pk and sk.`,
  ],
];

const BY_KIND: Readonly<Record<FailureKind, Sentence>> = {
  condition: (table) => `A write to ${table} may or may not have happened: read the item again.`,
  throttled: (table) => `Requests to ${table} are throttled: raise its capacity, or make it on-demand.`,
  "not applied": (table) =>
    `DynamoDB cannot be reached for ${table}: check the network, AWS_REGION and AWS_ENDPOINT_URL_DYNAMODB.`,
  unsure: (table) => `DynamoDB failed, or did not answer in time, for ${table}: try again.`,
  refused: (table) => `DynamoDB could not be asked for ${table}: the cause says why.`,
};

/** STORE_MISCONFIGURED or STORE_UNAVAILABLE, with the cause. */
export const toTableFailure = (error: unknown, table: string): AnycloudError =>
  toStoreFailure(error, { misconfigured: MISCONFIGURED, otherwise: BY_KIND[kindOf(error)] }, `the table ${table}`);
