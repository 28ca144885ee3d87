import { type FailureKind, withRetries } from "../../shared/retry.ts";
import { kindOf } from "../client/failure.ts";
import { createLazyAwsClient } from "../client/lazy-client.ts";
import type { WebIdentity } from "../client/web-identity.ts";

export interface SecretReaderOptions {
  /** ARN or name. */
  readonly secret: string;
  /** Role to assume with an OIDC token. Default: the credentials of the environment, or of AWS's provider package. */
  readonly webIdentity?: WebIdentity | undefined;
}

/** The text of the secret's current version; undefined when it holds bytes. Rejects with the last failure. */
export type SecretReader = () => Promise<string | undefined>;

/** AWS's client makes as many attempts by default. */
const ATTEMPTS: Readonly<Record<FailureKind, number>> = {
  throttled: 3,
  "not applied": 3,
  unsure: 3,
  condition: 1,
  refused: 1,
};
/** As for requests to the store. */
const RULES = { attemptTimeoutMs: 2_000, timeoutMs: 5_000, attempts: ATTEMPTS, kindOf };

/** An ARN names the region of the secret, whatever region the function is in. */
const SECRET_ARN = /^arn:[^:]+:secretsmanager:([^:]+):/;

export function createSecretReader({ secret, webIdentity }: SecretReaderOptions): SecretReader {
  const region = SECRET_ARN.exec(secret)?.[1];
  const call = createLazyAwsClient({ service: "secretsmanager", region, webIdentity });
  return async () => {
    const output: { readonly SecretString?: string } = await withRetries(RULES, (signal) =>
      call("GetSecretValue", { SecretId: secret }, { signal }),
    );
    return output.SecretString;
  };
}
