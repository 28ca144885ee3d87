import type { StateKeyEntry } from "../config/key-ring.ts";

/** The sealed text, and the unique name of this seal: 22 letters, digits, `-` and `_`. */
export interface Unsealed {
  readonly sealId: string;
  readonly text: string;
}

const VERSION = "v1";
const FORM = /^v1\.([\w-]+)\.([\w-]+)$/;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts and authenticates a text (AES-256-GCM) so that it opens only beside the same `binding`. Each text has a key
 * and nonce of its own, derived from a random salt (HKDF-SHA256, as in RFC 8188), so no number of texts wears a key out.
 * The salt is the seal's id. Form: version, key id, and base64url of salt, ciphertext and tag, joined by dots.
 */
export function seal(text: string, binding: string, key: StateKeyEntry): string {
  const { createCipheriv, randomBytes } = process.getBuiltinModule("node:crypto");
  const salt = randomBytes(SALT_BYTES);
  const head = `${VERSION}.${key.id}`;
  const cipher = createCipheriv("aes-256-gcm", ...keyAndNonce(key, salt));
  cipher.setAAD(Buffer.from(`${head}.${binding}`));
  const sealed = Buffer.concat([salt, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${head}.${sealed.toString("base64url")}`;
}

/** The id of the key by which a text says it was sealed; undefined for what is no seal. */
export const keyIdOf = (sealed: string): string | undefined => FORM.exec(sealed)?.[1];

/** Opens what `seal` made with any of the keys; undefined for everything else, for whatever reason. */
export function unseal(sealed: string, binding: string, keys: readonly StateKeyEntry[]): Unsealed | undefined {
  const { createDecipheriv } = process.getBuiltinModule("node:crypto");
  const [, keyId, encoded = ""] = FORM.exec(sealed) ?? [];
  const key = keys.find(({ id }) => id === keyId);
  const bytes = Buffer.from(encoded, "base64url");
  // One text of a seal, not several: base64url decoders disregard bits at the end.
  if (!key || bytes.length < SALT_BYTES + TAG_BYTES || bytes.toString("base64url") !== encoded) return undefined;
  const salt = bytes.subarray(0, SALT_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", ...keyAndNonce(key, salt), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(`${VERSION}.${key.id}.${binding}`));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(SALT_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
    return { sealId: salt.toString("base64url"), text };
  } catch {
    return undefined;
  }
}

function keyAndNonce({ secret }: StateKeyEntry, salt: Buffer): [key: Buffer, nonce: Buffer] {
  const { hkdfSync } = process.getBuiltinModule("node:crypto");
  const derived = Buffer.from(hkdfSync("sha256", secret, salt, "mcp-anycloud requestState", KEY_BYTES + NONCE_BYTES));
  return [derived.subarray(0, KEY_BYTES), derived.subarray(KEY_BYTES)];
}
