import { AnycloudError } from "../../../src/adapter.ts";

/** What a failed request means for whoever would repeat it. */
export type FailureKind =
  /** The condition of the write does not hold. */
  | "condition"
  /** DynamoDB had no capacity for it and did not apply it. */
  | "throttled"
  /** It did not get as far as to be applied, and may get further the next time. */
  | "not applied"
  /** It may have been applied or not. */
  | "unsure"
  /** It will not do better the next time. */
  | "refused";

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
const THROTTLED = /^(ProvisionedThroughputExceeded|Throttling|RequestLimitExceeded)/;
/** The client corrects its clock by such an answer, and the next signature is right. */
const CLOCK = /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignatureException)$/;
/** Before there was a connection. */
const NOT_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const CUT_OFF = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|HPE_.*)$/;

/** The fields by which the errors of AWS's client, of Node.js and of a time-out tell what happened. */
interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: object;
}

/** Tells what a failure means; what it does not know is not repeated. */
export function kindOf(error: unknown): FailureKind {
  if (error instanceof AnycloudError || !(error instanceof Error)) return "refused";
  const { name = "", code = "", $metadata, $retryable } = error as Failure;
  const status = $metadata?.httpStatusCode ?? 0;
  if (name === "ConditionalCheckFailedException") return "condition";
  if (THROTTLED.test(name)) return "throttled";
  if (CLOCK.test(name) || NOT_CONNECTED.test(code)) return "not applied";
  if (name === "TimeoutError" || CUT_OFF.test(code) || status >= 500 || $retryable) return "unsure";
  // An answer of 200 that could not be read, because it is not whole.
  return status === 200 || error instanceof SyntaxError ? "unsure" : "refused";
}

/** By the name of the error or its message: what is wrong with the table and what to do. */
const SENTENCES: readonly (readonly [RegExp, (table: string) => string])[] = [
  [
    /^ResourceNotFoundException/,
    (table) =>
      `DynamoDB has no table ${table} in this region and account: create it, with the string keys pk and sk, or correct MCP_ANYCLOUD_TABLE.`,
  ],
  [
    /^(AccessDenied|NotAuthorized)/,
    (table) =>
      `The credentials do not allow what the table ${table} is used for: allow dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query on it.`,
  ],
  [
    /^(UnrecognizedClient|ExpiredToken|IncompleteSignature|MissingAuthentication|InvalidSignature|InvalidClientTokenId)/,
    (table) => `AWS does not accept the credentials for the table ${table}: check that they are right and not expired.`,
  ],
  [
    /^CredentialsProviderError/,
    (table) =>
      `There are no AWS credentials for the table ${table}: give the function a role, or set MCP_ANYCLOUD_AWS_ROLE_ARN outside AWS.`,
  ],
  [
    /^RoleNotAssumedError/,
    (table) =>
      `AWS did not let this instance take on MCP_ANYCLOUD_AWS_ROLE_ARN for the table ${table}: check the role's trust policy against the token's issuer, audience and subject.`,
  ],
  [
    /^StsUnavailableError/,
    (table) =>
      `AWS's STS did not answer when this instance was to take on MCP_ANYCLOUD_AWS_ROLE_ARN for the table ${table}: check the network and AWS_REGION.`,
  ],
  [/^Error: Region is missing/, (table) => `The table ${table} has no region: set AWS_REGION.`],
  [
    /^ValidationException/,
    (table) => `DynamoDB refused a request to the table ${table}: check that its keys are the strings pk and sk.`,
  ],
];

const BY_KIND: Readonly<Record<FailureKind, (table: string) => string>> = {
  condition: (table) => `A write to the table ${table} may or may not have happened: read the item again.`,
  throttled: (table) => `The table ${table} is throttled: raise its capacity, or make it on-demand.`,
  "not applied": (table) =>
    `DynamoDB cannot be reached for the table ${table}: check the network, AWS_REGION and AWS_ENDPOINT_URL_DYNAMODB.`,
  unsure: (table) => `DynamoDB failed, or did not answer in time, for the table ${table}: try again.`,
  refused: (table) => `The table ${table} could not be asked: the cause says why.`,
};

/** STORE_UNAVAILABLE with the cause. */
export function toUnavailable(error: unknown, table: string): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const sentence = SENTENCES.find(([pattern]) => pattern.test(String(error)))?.[1] ?? BY_KIND[kindOf(error)];
  return new AnycloudError("STORE_UNAVAILABLE", sentence(table), { cause: error });
}
