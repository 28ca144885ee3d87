import type { LoadStateKeys } from "../../../src/adapter.ts";
import { keysInSecret } from "../../shared/secrets/keys-in-secret.ts";
import { configuredIdentity, type IdentityToken, type RoleConfig } from "../client/configured-identity.ts";
import { AWS_SETTINGS, type AwsConfig } from "../settings.ts";
import { awsSecret } from "./aws-secret.ts";

/**
 * The key ring in the secret that the configuration names; undefined when it names none. `identityToken` is the platform's,
 * outside AWS.
 */
export function openConfiguredStateKeys(
  config: Pick<AwsConfig, "stateKeysSecret"> & RoleConfig,
  identityToken?: IdentityToken,
): LoadStateKeys | undefined {
  const { stateKeysSecret: name } = config;
  if (name === undefined) return undefined;
  const { variable } = AWS_SETTINGS.stateKeysSecret;
  return keysInSecret(awsSecret({ name, variable, webIdentity: configuredIdentity(config, identityToken) }));
}
