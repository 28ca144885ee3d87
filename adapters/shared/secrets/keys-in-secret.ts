import { AnycloudError, KEY_RING_FORM, type LoadStateKeys, readStateKeys } from "../../../src/adapter.ts";
import { rememberedKeys } from "./remembered-keys.ts";
import { readSecret, type Secret } from "./secret.ts";

/**
 * The key ring in a secret. It is read when a key is first needed, and the ring is remembered (remembered-keys.ts): a new version
 * is used after five minutes, and at once where its key is needed. Throws STORE_UNAVAILABLE or STORE_MISCONFIGURED when there is
 * no ring to be had.
 */
export const keysInSecret = (secret: Secret): LoadStateKeys =>
  rememberedKeys(async () => {
    const keys = readStateKeys(await readSecret(secret));
    if (!keys) throw noKeyRing(secret.name);
    return keys;
  });

/** For a secret whose text is something else until its first rotation. It does not repeat the text. */
const noKeyRing = (name: string): AnycloudError =>
  new AnycloudError("STORE_UNAVAILABLE", `The text of the secret ${name} is no key ring: it must be ${KEY_RING_FORM}.`);
