import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type WebIdentity, webIdentityCredentials } from "../client/web-identity.ts";
import { secretRegion } from "./secret-region.ts";

export interface SecretReaderOptions {
  /** ARN or name. */
  readonly secret: string;
  /** Role to take on with a token of the platform's own. Default: the credentials of AWS's own chain. */
  readonly webIdentity?: WebIdentity | undefined;
}

/** The text of the secret's current version; undefined when it holds bytes. Rejects with the errors of AWS's client. */
export type SecretReader = (signal: AbortSignal) => Promise<string | undefined>;

/**
 * Reads one secret with AWS's client, at AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL or AWS's own endpoint. Like dynamodb-client.ts it
 * imports nothing of the core, which would be in the same file a second time.
 */
export function createSecretReader({ secret, webIdentity }: SecretReaderOptions): SecretReader {
  const region = secretRegion(secret);
  const client = new SecretsManagerClient({
    ...(region !== undefined && { region }),
    ...(webIdentity && { credentials: webIdentityCredentials(webIdentity) }),
  });
  const command = new GetSecretValueCommand({ SecretId: secret });
  return async (abortSignal) => (await client.send(command, { abortSignal })).SecretString;
}
