/** One key of the key ring. */
export interface StateKeyEntry {
  /** Names the key in what it sealed: letters, digits, `-` and `_`. */
  readonly id: string;
  /** 32 bytes or more. */
  readonly secret: Uint8Array;
}

/**
 * Loads the key ring as it is now, whenever something is sealed or opened. `keyId` names the key that is needed: an
 * implementation that caches a ring without this key may look for a newer ring. Throws STORE_UNAVAILABLE when it cannot
 * tell.
 */
export type LoadStateKeys = (keyId?: string) => Promise<readonly StateKeyEntry[]>;

/** Keys that are known from the start, or a function that loads keys that change while the process lives. */
export type StateKeySource = readonly StateKeyEntry[] | LoadStateKeys;

/** Returns the keys of a source; `keyId` names the one that is needed. */
export async function keysOf(source: StateKeySource, keyId?: string): Promise<readonly StateKeyEntry[]> {
  return typeof source === "function" ? source(keyId) : source;
}

/** The form of a key ring's text, in the words of an error message. */
export const KEY_RING_FORM = "keys as id:base64, separated by commas, each with an id of its own and 32 bytes or more";

/** 43 characters of base64 or base64url hold 32 bytes. */
const KEY_RING = /^\w[\w-]*:[\w+/-]{43,}={0,2}(,\w[\w-]*:[\w+/-]{43,}={0,2})*$/;

/** Reads a key ring in the form of MCP_ANYCLOUD_STATE_KEYS. Returns undefined for any other text. */
export function readStateKeys(text: string): readonly StateKeyEntry[] | undefined {
  if (!KEY_RING.test(text)) return undefined;
  const keys = text.split(",").map((entry): StateKeyEntry => {
    const [id = "", secret = ""] = entry.split(":");
    return { id, secret: Buffer.from(secret, "base64") };
  });
  return new Set(keys.map(({ id }) => id)).size === keys.length ? keys : undefined;
}
