import { type Config, type LoadStateKeys, readStateKeys } from "../../src/index.ts";
import { configuredIdentity, type IdentityToken, type RoleConfig } from "./configured-identity.ts";
import { inTime } from "./in-time.ts";
import type { SecretReader, SecretReaderOptions } from "./secret-reader.ts";
import { noKeyRing, toUnavailable } from "./state-keys-failure.ts";
import { rememberedKeys } from "./state-keys-memory.ts";

/** Milliseconds after which reading the secret fails, whatever AWS's client has tried: as long as a request of the store. */
const TIMEOUT_MS = 5_000;

/**
 * The key ring in the secret that the configuration names; undefined when it names none. The secret is read, and AWS's
 * client loaded, when a key is first needed; what was read is remembered (state-keys-memory.ts). Asking throws
 * STORE_UNAVAILABLE when there is no ring to be had. `identityToken` is what the platform offers outside AWS.
 */
export function openConfiguredStateKeys(
  config: Pick<Config, "stateKeysSecret"> & RoleConfig,
  identityToken?: IdentityToken,
): LoadStateKeys | undefined {
  const { stateKeysSecret: secret } = config;
  if (secret === undefined) return undefined;
  const read = secretReader({ secret, webIdentity: configuredIdentity(config, identityToken) });
  return rememberedKeys(async () => {
    const text = await inTime(TIMEOUT_MS, read).catch((error: unknown) => {
      throw toUnavailable(error, secret);
    });
    // A secret that was made from a file or typed in ends with a line break.
    const keys = readStateKeys(text?.trim() ?? "");
    if (!keys) throw noKeyRing(secret);
    return keys;
  });
}

/** Loads AWS's client with the first read; one that could not be loaded is tried again. */
function secretReader(options: SecretReaderOptions): SecretReader {
  let reader: Promise<SecretReader> | undefined;
  const load = async (): Promise<SecretReader> => (await import("./aws-clients.ts")).createSecretReader(options);
  return async (signal) => {
    reader ??= load();
    const read = await reader.catch((error: unknown) => {
      reader = undefined;
      throw error;
    });
    return read(signal);
  };
}
