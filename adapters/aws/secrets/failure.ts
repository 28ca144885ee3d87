import type { AnycloudError } from "../../../src/adapter.ts";
import { type Sentence, type Sentences, toStoreFailure } from "../client/failure.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, "Errors". */
const misconfiguredIn = (variable: string): Sentences => [
  [
    // The message names a "secret value" for a new secret that waits for its first rotation: that one is no mistake.
    /^ResourceNotFoundException(?!.* secret value )/,
    (secret) =>
      `Secrets Manager does not have ${secret} in this region and account: create it, or correct ${variable}.`,
  ],
  [
    /^AccessDenied/,
    (secret) =>
      `The credentials do not allow reading ${secret}: allow secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of your own.`,
  ],
  [/^DecryptionFailure/, (secret) => `The KMS key of ${secret} cannot be used: check its state and policy.`],
  [
    /^InvalidRequestException/,
    (secret) => `Secrets Manager refuses to read ${secret}: check that it is not scheduled for deletion.`,
  ],
];

const OTHERWISE: Sentence = (secret) =>
  `Secrets Manager could not read ${secret}: check that it has a value, the network, AWS_REGION and AWS_ENDPOINT_URL_SECRETS_MANAGER; the cause says more.`;

/**
 * STORE_MISCONFIGURED or STORE_UNAVAILABLE, with the cause, which never holds the secret's text. `variable` is what names the
 * secret.
 */
export const toSecretFailure = (error: unknown, secret: string, variable: string): AnycloudError =>
  toStoreFailure(error, { misconfigured: misconfiguredIn(variable), otherwise: OTHERWISE }, `the secret ${secret}`);
