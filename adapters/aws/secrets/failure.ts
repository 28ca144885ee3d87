import { AnycloudError, KEY_RING_FORM } from "../../../src/adapter.ts";
import { type Sentence, type Sentences, toStoreFailure } from "../client/failure.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, "Errors". */
const MISCONFIGURED: Sentences = [
  [
    // The message names a "secret value" for a new secret that waits for its first rotation: that one is no mistake.
    /^ResourceNotFoundException(?!.* secret value )/,
    (secret) =>
      `Secrets Manager does not have ${secret} in this region and account: create it, or correct MCP_ANYCLOUD_STATE_KEYS_SECRET.`,
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

/** STORE_MISCONFIGURED or STORE_UNAVAILABLE, with the cause, which never holds the secret's text. */
export const toSecretFailure = (error: unknown, secret: string): AnycloudError =>
  toStoreFailure(error, { misconfigured: MISCONFIGURED, otherwise: OTHERWISE }, `the secret ${secret}`);

/** STORE_UNAVAILABLE, for a secret whose text is something else until its first rotation. It does not repeat the text. */
export const noKeyRing = (secret: string): AnycloudError =>
  new AnycloudError(
    "STORE_UNAVAILABLE",
    `The text of the secret ${secret} is no key ring: it must be ${KEY_RING_FORM}.`,
  );
