import * as z from "zod/v4";

/** One key of the key ring. */
export interface StateKeyEntry {
  /** Names the key in what it sealed: letters, digits, `-` and `_`. */
  readonly id: string;
  /** 32 bytes or more. */
  readonly secret: Uint8Array;
}

/**
 * The key ring as it is now: it is asked whenever something is sealed or opened. `keyId` names the key that is needed; who
 * remembers a ring without it may look whether there is a newer one. Throws STORE_UNAVAILABLE when it cannot tell.
 */
export type LoadStateKeys = (keyId?: string) => Promise<readonly StateKeyEntry[]>;

/** Keys that are known from the start, or the way to those that change while the process lives. */
export type StateKeySource = readonly StateKeyEntry[] | LoadStateKeys;

/** The keys of a source, of which `keyId` names the one that is needed. */
export async function keysOf(source: StateKeySource, keyId?: string): Promise<readonly StateKeyEntry[]> {
  return typeof source === "function" ? source(keyId) : source;
}

/** What the text of a key ring must be, in the words of an error. */
export const KEY_RING_FORM = "keys as id:base64, separated by commas, each with an id of its own and 32 bytes or more";

/** `id:base64`, the first key first. Which of them is wrong is not told: the value is a secret. */
export const keyRing = (): z.ZodType<StateKeyEntry[], string> =>
  z
    .string()
    .regex(/^\w[\w-]*:[\w+/-]{43,}={0,2}(,\w[\w-]*:[\w+/-]{43,}={0,2})*$/)
    .transform((text): StateKeyEntry[] =>
      text.split(",").map((entry) => {
        const [id = "", secret = ""] = entry.split(":");
        return { id, secret: Buffer.from(secret, "base64") };
      }),
    )
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length);

/** The key ring in a text such as that of MCP_ANYCLOUD_STATE_KEYS; undefined where there is none in it. */
export const readStateKeys = (text: string): readonly StateKeyEntry[] | undefined => keyRing().safeParse(text).data;
