import { type Config, type LoadStateKeys, readStateKeys } from "../../../src/adapter.ts";
import { withTimeout } from "../../shared/with-timeout.ts";
import { plainRegion } from "../client/aws-access.ts";
import { configuredIdentity, type IdentityToken, type RoleConfig } from "../client/configured-identity.ts";
import { noKeyRing, toUnavailable } from "./failure.ts";
import type { SecretReader, SecretReaderOptions } from "./secret-reader.ts";
import { secretRegion } from "./secret-region.ts";
import { rememberedKeys } from "./state-keys-cache.ts";

/** Milliseconds after which reading the secret fails, whatever was tried: as long as a request of the store. */
const TIMEOUT_MS = 5_000;

/**
 * The key ring in the secret that the configuration names; undefined when it names none. The secret is read, and what
 * reads it loaded, when a key is first needed; what was read is remembered (state-keys-memory.ts). Asking throws
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
    const text = await withTimeout(TIMEOUT_MS, read).catch((error: unknown) => {
      throw toUnavailable(error, secret);
    });
    // A secret that was made from a file or typed in ends with a line break.
    const keys = readStateKeys(text?.trim() ?? "");
    if (!keys) throw noKeyRing(secret);
    return keys;
  });
}

/** Loads what reads it with the first read; what could not be loaded is tried again. */
function secretReader(options: SecretReaderOptions): SecretReader {
  let reader: Promise<SecretReader> | undefined;
  return async (signal) => {
    reader ??= loadReader(options);
    const read = await reader.catch((error: unknown) => {
      reader = undefined;
      throw error;
    });
    return read(signal);
  };
}

async function loadReader({ secret, webIdentity }: SecretReaderOptions): Promise<SecretReader> {
  const region = plainRegion({ region: secretRegion(secret), webIdentity });
  if (region === undefined)
    return (await import("../client/aws-clients.ts")).createSecretReader({ secret, webIdentity });
  return (await import("../client/aws-requests.ts")).createSecretReader({ secret, region });
}
