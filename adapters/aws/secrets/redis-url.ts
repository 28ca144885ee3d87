import { readSecret } from "../../shared/secrets/secret.ts";
import { configuredIdentity, type IdentityToken, type RoleConfig } from "../client/configured-identity.ts";
import { AWS_SETTINGS, type AwsConfig } from "../settings.ts";
import { awsSecret } from "./aws-secret.ts";

/**
 * Reads the URL of a Redis server from the secret that the configuration names, for `openRedis`; undefined when it names none.
 * `identityToken` is the platform's, outside AWS. The reader throws STORE_MISCONFIGURED or STORE_UNAVAILABLE.
 */
export function openConfiguredRedisUrl(
  config: Pick<AwsConfig, "redisUrlSecret"> & RoleConfig,
  identityToken?: IdentityToken,
): (() => Promise<string>) | undefined {
  const { redisUrlSecret: name } = config;
  if (name === undefined) return undefined;
  const { variable } = AWS_SETTINGS.redisUrlSecret;
  const secret = awsSecret({ name, variable, webIdentity: configuredIdentity(config, identityToken) });
  return () => readSecret(secret);
}
