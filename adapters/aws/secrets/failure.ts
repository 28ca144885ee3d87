import { AnycloudError, KEY_RING_FORM } from "../../../src/adapter.ts";

type Sentence = (secret: string) => string;

/**
 * By the name of the error or its message: what is wrong with the secret and what to do
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, "Errors").
 */
const SENTENCES: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^ResourceNotFoundException/,
    (secret) =>
      `Secrets Manager has no secret ${secret} with a value in this region and account: create it, or correct MCP_ANYCLOUD_STATE_KEYS_SECRET.`,
  ],
  [
    /^AccessDenied/,
    (secret) =>
      `The credentials do not allow to read the secret ${secret}: allow secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of your own.`,
  ],
  [/^DecryptionFailure/, (secret) => `The KMS key of the secret ${secret} cannot be used: check its state and policy.`],
  [/^InvalidRequestException/, (secret) => `The secret ${secret} cannot be read: check that it is not to be deleted.`],
  [
    /^(UnrecognizedClient|ExpiredToken|IncompleteSignature|MissingAuthentication|InvalidSignature|InvalidClientTokenId)/,
    (secret) =>
      `AWS does not accept the credentials for the secret ${secret}: check that they are right and not expired.`,
  ],
  [
    /^CredentialsProviderError/,
    (secret) =>
      `There are no AWS credentials for the secret ${secret}: give the function a role, or set MCP_ANYCLOUD_AWS_ROLE_ARN outside AWS.`,
  ],
  [
    /^RoleNotAssumedError/,
    (secret) =>
      `AWS did not let this instance take on MCP_ANYCLOUD_AWS_ROLE_ARN for the secret ${secret}: check the role's trust policy against the token's issuer, audience and subject.`,
  ],
  [
    /^StsUnavailableError/,
    (secret) =>
      `AWS's STS did not answer when this instance was to take on MCP_ANYCLOUD_AWS_ROLE_ARN for the secret ${secret}: check the network and AWS_REGION.`,
  ],
  [/^Error: Region is missing/, (secret) => `The secret ${secret} has no region: set AWS_REGION, or give its ARN.`],
];

const OTHERWISE: Sentence = (secret) =>
  `The secret ${secret} cannot be read: check the network, AWS_REGION and AWS_ENDPOINT_URL_SECRETS_MANAGER; the cause says more.`;

/** STORE_UNAVAILABLE with the cause, which never holds the secret's text. */
export function toUnavailable(error: unknown, secret: string): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const sentence = SENTENCES.find(([pattern]) => pattern.test(String(error)))?.[1] ?? OTHERWISE;
  return new AnycloudError("STORE_UNAVAILABLE", sentence(secret), { cause: error });
}

/** STORE_UNAVAILABLE, for a secret whose text is something else. It does not repeat the text. */
export const noKeyRing = (secret: string): AnycloudError =>
  new AnycloudError(
    "STORE_UNAVAILABLE",
    `The text of the secret ${secret} is no key ring: it must be ${KEY_RING_FORM}.`,
  );
