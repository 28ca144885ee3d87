import type { Secret } from "../../shared/secrets/secret.ts";
import { kindOf } from "../client/failure.ts";
import { createLazyAwsClient } from "../client/lazy-client.ts";
import type { WebIdentity } from "../client/web-identity.ts";
import { toSecretFailure } from "./failure.ts";

export interface AwsSecretOptions {
  /** ARN or name. */
  readonly name: string;
  /** The variable that names it, for errors. */
  readonly variable: string;
  /** Role to assume with an OIDC token. Default: the credentials of the environment, or of AWS's provider package. */
  readonly webIdentity?: WebIdentity | undefined;
}

/** An ARN names the region of the secret, whatever region the function is in. */
const SECRET_ARN = /^arn:[^:]+:secretsmanager:([^:]+):/;

/** A secret in AWS Secrets Manager. The version is the current one; one that holds bytes has no text. */
export function awsSecret({ name, variable, webIdentity }: AwsSecretOptions): Secret {
  const region = SECRET_ARN.exec(name)?.[1];
  const call = createLazyAwsClient({ service: "secretsmanager", region, webIdentity });
  return {
    name,
    async read(signal) {
      const output: { readonly SecretString?: string } = await call("GetSecretValue", { SecretId: name }, { signal });
      return output.SecretString;
    },
    kindOf,
    toFailure: (error) => toSecretFailure(error, name, variable),
  };
}
