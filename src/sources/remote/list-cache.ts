import { createHash } from "node:crypto";
import { monotonicMs } from "../../clock.ts";
import type { JsonObject } from "../forwarding/forwarded-request.ts";

/** A list as it was read. */
export interface KeptList {
  readonly items: readonly JsonObject[];
  /** Milliseconds for which it can be taken as it is. */
  readonly freshMs: number;
}

export interface ListCache {
  /**
   * The list under a key, read by `read` when it is too old. `onChange` is told when it is another one than before. While an
   * upstream is slow or down, the old list is given back, for ten minutes.
   */
  get(key: string, read: () => Promise<KeptList>, onChange: () => void): Promise<KeptList>;
  has(key: string): boolean;
  /** Has the next one read anew, because the upstream said that lists changed. */
  expire(): void;
}

interface Entry {
  readonly list: KeptList;
  readonly hash: string;
  readonly bytes: number;
  freshUntil: number;
  readonly usableUntil: number;
}

/** A list that is too old is given back when the upstream has not answered within this time. */
const PATIENCE_MS = 1_000;
const USABLE_MS = 600_000;
/** Bytes that all lists of an upstream may take in one instance: those of their JSON, and what each takes besides. */
const MAX_BYTES = 16_777_216;
const ENTRY_BYTES = 1_024;

/** Lists of one upstream, in this process. */
export function createListCache(): ListCache {
  const entries = new Map<string, Entry>();
  const reading = new Map<string, Promise<KeptList>>();
  let bytes = 0;
  /** How often the upstream said that lists changed: what was asked for before that may be old already. */
  let changes = 0;

  function forget(key: string): void {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  function keep(key: string, list: KeptList, onChange: () => void): KeptList {
    const text = JSON.stringify(list.items);
    const hash = createHash("sha256").update(text).digest("base64");
    const before = entries.get(key);
    forget(key);
    const now = monotonicMs();
    entries.set(key, {
      list,
      hash,
      bytes: text.length + ENTRY_BYTES,
      freshUntil: now + list.freshMs,
      usableUntil: now + list.freshMs + USABLE_MS,
    });
    bytes += text.length + ENTRY_BYTES;
    for (const oldest of entries.keys()) {
      if (bytes <= MAX_BYTES) break;
      forget(oldest);
    }
    if (before && before.hash !== hash) onChange();
    return list;
  }

  return {
    async get(key, read, onChange) {
      const entry = entries.get(key);
      const now = monotonicMs();
      if (entry && now < entry.freshUntil) return entry.list;
      let fresh = reading.get(key);
      if (!fresh) {
        const before = changes;
        fresh = read()
          .then((list) => keep(key, changes === before ? list : { ...list, freshMs: 0 }, onChange))
          .finally(() => reading.get(key) === fresh && reading.delete(key));
        reading.set(key, fresh);
      }
      if (!entry || now > entry.usableUntil) return fresh;
      return Promise.race([fresh.catch(() => entry.list), afterMs(PATIENCE_MS, entry.list)]);
    },
    has: (key) => entries.has(key),
    expire() {
      changes++;
      reading.clear();
      for (const entry of entries.values()) entry.freshUntil = 0;
    },
  };
}

const afterMs = <Value>(ms: number, value: Value): Promise<Value> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms, value).unref();
  });
