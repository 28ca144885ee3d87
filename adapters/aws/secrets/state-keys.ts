import { type LoadStateKeys, readStateKeys } from "../../../src/adapter.ts";
import { configuredIdentity, type IdentityToken, type RoleConfig } from "../client/configured-identity.ts";
import type { AwsConfig } from "../settings.ts";
import { noKeyRing, toSecretFailure } from "./failure.ts";
import { createSecretReader } from "./secret-reader.ts";
import { rememberedKeys } from "./state-keys-cache.ts";

/**
 * The key ring in the secret that the configuration names; undefined when it names none. The secret is read when a key is
 * first needed, and the ring is remembered (state-keys-cache.ts). Throws STORE_UNAVAILABLE when there is no ring to be had.
 * `identityToken` is the platform's, outside AWS.
 */
export function openConfiguredStateKeys(
  config: Pick<AwsConfig, "stateKeysSecret"> & RoleConfig,
  identityToken?: IdentityToken,
): LoadStateKeys | undefined {
  const { stateKeysSecret: secret } = config;
  if (secret === undefined) return undefined;
  const read = createSecretReader({ secret, webIdentity: configuredIdentity(config, identityToken) });
  return rememberedKeys(async () => {
    const text = await read().catch((error: unknown) => {
      throw toSecretFailure(error, secret);
    });
    // A secret that was made from a file or typed in ends with a line break.
    const keys = readStateKeys(text?.trim() ?? "");
    if (!keys) throw noKeyRing(secret);
    return keys;
  });
}
