import { AnycloudError } from "../../../src/adapter.ts";
import { CUT_OFF, NOT_CONNECTED } from "../../shared/retries/failure-kind.ts";
import type { FailureKind } from "../../shared/retries/retry.ts";

/**
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and the codes that AWS's SDKs
 * count as throttling (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
const THROTTLED = /^(ProvisionedThroughputExceeded|Throttl|TooManyRequests|RequestLimitExceeded)/;
/** The client has corrected its clock by such an answer, and signs the next attempt rightly. */
const CLOCK = /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignatureException)$/;
/** Nothing was sent yet: credentials are still being looked for. */
const NO_CREDENTIALS_YET = /^(StsUnavailableError|CredentialsTimeoutError)$/;
const NO_ANSWER = /^(TimeoutError|UnreadableAnswerError)$/;

/** The fields by which errors of the service, of Node.js and of a time limit tell what happened. */
interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
}

/** Classifies a failure. One that is not known is not repeated. */
export function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return "refused";
  const { name = "", code = "", status = 0 } = error as Failure;
  if (name === "ConditionalCheckFailedException") return "condition";
  if (THROTTLED.test(name)) return "throttled";
  if (CLOCK.test(name) || NO_CREDENTIALS_YET.test(name) || NOT_CONNECTED.test(code)) return "not applied";
  if (NO_ANSWER.test(name) || CUT_OFF.test(code) || status >= 500) return "unsure";
  return "refused";
}

/** Tells in one sentence what is wrong with `resource`, such as "the table sessions", and what to do. */
export type Sentence = (resource: string, message: string) => string;

/** Sentences by the beginning of an error's text. The first that matches is told. */
export type Sentences = readonly (readonly [pattern: RegExp, sentence: Sentence])[];

/** Settings, credentials and permissions that are wrong, whatever service was to be called. */
const ACCESS_SENTENCES: Sentences = [
  [
    /^(UnrecognizedClient|ExpiredToken|IncompleteSignature|MissingAuthentication|InvalidSignature|InvalidClientTokenId)/,
    (resource) => `AWS does not accept the credentials for ${resource}: check that they are right and not expired.`,
  ],
  [
    /^CredentialProviderMissingError/,
    (resource) =>
      `The environment holds no AWS credentials for ${resource}: give the function a role, set MCP_ANYCLOUD_AWS_ROLE_ARN outside AWS, or, for a profile, a container or an instance of AWS, npm install @aws-sdk/credential-provider-node and build again.`,
  ],
  [
    /^CredentialsProviderError/,
    (resource) =>
      `There are no AWS credentials for ${resource}: give the function a role, or set MCP_ANYCLOUD_AWS_ROLE_ARN outside AWS.`,
  ],
  [
    /^RoleNotAssumedError/,
    (resource) =>
      `AWS did not let this instance assume MCP_ANYCLOUD_AWS_ROLE_ARN for ${resource}: check the role's trust policy against the token's issuer, audience and subject.`,
  ],
  [/^AwsSettingsError/, (resource, message) => `AWS cannot be called for ${resource}: ${message}.`],
  [
    /getaddrinfo ENOTFOUND/,
    (resource, message) =>
      `No host has the name of the endpoint for ${resource} (${message}): correct AWS_REGION, or the AWS_ENDPOINT_URL variables.`,
  ],
];

/** Failures of what comes before the service, which will pass. */
const WAITING_SENTENCES: Sentences = [
  [
    /^CredentialsTimeoutError/,
    (resource) => `AWS's credential provider did not answer in time for ${resource}: check the network and try again.`,
  ],
  [
    /^StsUnavailableError/,
    (resource) =>
      `AWS's STS did not answer when this instance was to assume MCP_ANYCLOUD_AWS_ROLE_ARN for ${resource}: check the network and AWS_REGION.`,
  ],
];

export interface FailureSentences {
  /** Where somebody has to correct something at the service, which fails until then. */
  readonly misconfigured: Sentences;
  readonly otherwise: Sentence;
}

/** The error for a failed call, with the cause: STORE_MISCONFIGURED, or STORE_UNAVAILABLE where it may pass by itself. */
export function toStoreFailure(
  error: unknown,
  { misconfigured, otherwise }: FailureSentences,
  resource: string,
): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const text = String(error);
  const find = (...lists: readonly Sentences[]): Sentence | undefined =>
    lists.flat().find(([pattern]) => pattern.test(text))?.[1];
  const wrong = find(misconfigured, ACCESS_SENTENCES);
  const sentence = wrong ?? find(WAITING_SENTENCES) ?? otherwise;
  const code = wrong ? "STORE_MISCONFIGURED" : "STORE_UNAVAILABLE";
  return new AnycloudError(code, sentence(resource, error instanceof Error ? error.message : text), { cause: error });
}
