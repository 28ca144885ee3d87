import { AnycloudError, KEY_RING_FORM } from "../../../src/adapter.ts";
import { type Sentence, type Sentences, sentenceFor } from "../client/failure.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, "Errors". */
const SENTENCES: Sentences = [
  [
    /^ResourceNotFoundException/,
    (secret) =>
      `Secrets Manager does not have ${secret} with a value in this region and account: create it, or correct MCP_ANYCLOUD_STATE_KEYS_SECRET.`,
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
  `Secrets Manager could not read ${secret}: check the network, AWS_REGION and AWS_ENDPOINT_URL_SECRETS_MANAGER; the cause says more.`;

/** STORE_UNAVAILABLE with the cause, which never holds the secret's text. */
export function toUnavailable(error: unknown, secret: string): AnycloudError {
  if (error instanceof AnycloudError) return error;
  const sentence = sentenceFor(error, SENTENCES, OTHERWISE, `the secret ${secret}`);
  return new AnycloudError("STORE_UNAVAILABLE", sentence, { cause: error });
}

/** STORE_UNAVAILABLE, for a secret whose text is something else. It does not repeat the text. */
export const noKeyRing = (secret: string): AnycloudError =>
  new AnycloudError(
    "STORE_UNAVAILABLE",
    `The text of the secret ${secret} is no key ring: it must be ${KEY_RING_FORM}.`,
  );
