import { isConflict, type StateKey, type StateWrite } from "../store/store.ts";
import { type CallerScope, expiresIn, partitionOf } from "./caller-scope.ts";

/**
 * Keeps a caller's values between calls, under names that travel through the client as plain text (MCP 2026-07-28, Stateful
 * Tools). A handle opens nothing to anybody else: to another caller it is unknown, as are expired and deleted ones. Where no
 * token says who calls, all callers are one, and what protects a value is that its handle, 144 random bits, cannot be guessed.
 * Values are JSON, anything else throws TypeError, read back as `JSON.parse` gives them. A write renews a handle's life; reading
 * costs no write and renews nothing.
 */
export interface Handles {
  /** Keeps a value and gives back its handle, 24 letters, digits, `-` and `_`. */
  create<Value>(value: Value, life: Life): Promise<string>;
  /** The value, as it is now on all instances; undefined for a handle that is unknown. */
  get<Value>(handle: string): Promise<Value | undefined>;
  /**
   * Changes the value and gives back the new one; undefined, and nothing is changed, for a handle that is unknown.
   * Changes made at the same time are all kept: `change` is called again with the result of another one, so it must do
   * nothing but compute.
   */
  update<Value>(handle: string, change: (value: Value) => Value | Promise<Value>): Promise<Value | undefined>;
  /** Forgets the value. Idempotent. */
  delete(handle: string): Promise<void>;
}

/** For how long something is kept. */
export interface Life {
  /** Seconds without a write after which it is gone. */
  readonly ttlSeconds: number;
}

interface Kept extends Life {
  readonly value: unknown;
}

const RANDOM_BYTES = 18;
/** Matches every handle. Other texts were never one. */
const HANDLE = /^[\w-]{24}$/;

/** Handles of one caller. */
export function createHandles({ store, principal, now }: CallerScope): Handles {
  const keyOf = (handle: string): StateKey => ({
    partition: partitionOf("handle", [principal, handle]),
    sort: "value",
  });
  function toWrite(key: StateKey, kept: Kept): StateWrite {
    if (JSON.stringify(kept.value) === undefined) throw new TypeError(NOT_JSON);
    return { ...key, value: JSON.stringify(kept), expiresAt: expiresIn(kept.ttlSeconds, now) };
  }

  return {
    async create(value, { ttlSeconds }) {
      const handle = newHandle();
      await store.put(toWrite(keyOf(handle), { ttlSeconds, value }), "absent");
      return handle;
    },

    async get<Value>(handle: string) {
      if (!HANDLE.test(handle)) return undefined;
      const item = await store.get(keyOf(handle));
      return item && (keptIn(item).value as Value);
    },

    async update<Value>(handle: string, change: (value: Value) => Value | Promise<Value>) {
      if (!HANDLE.test(handle)) return undefined;
      const key = keyOf(handle);
      for (let lost = 0; ; lost++) {
        const item = await store.get(key);
        if (!item) return undefined;
        const { ttlSeconds, value } = keptIn(item);
        const changed = await change(value as Value);
        try {
          await store.put(toWrite(key, { ttlSeconds, value: changed }), item);
          return changed;
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
        await backOff(lost);
      }
    },

    async delete(handle) {
      if (HANDLE.test(handle)) await store.delete(keyOf(handle));
    },
  };
}

/** The error for a change that returns nothing. */
const NOT_JSON = "A handle's value must be JSON, not undefined or a function: return the changed value.";

const keptIn = ({ value }: { readonly value: string }): Kept => JSON.parse(value);

const newHandle = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))).toString("base64url");

/** Writers that lost to the same one must not all come back together. */
const backOff = (lost: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(200, 5 * 2 ** lost)));
