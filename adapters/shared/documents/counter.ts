import type { StateKey } from "../../../src/adapter.ts";
import { freshVersion } from "../fresh-version.ts";
import type { Document } from "./document-table.ts";
import { UNSURE, type WriteContext } from "./put.ts";
import type { Attempted } from "./table-requests.ts";

export interface Addition {
  readonly key: StateKey;
  readonly amount: number;
  /** Unix time in whole seconds. */
  readonly expiresAt: number;
}

const BASE_PAUSE_MS = 5;
const MAX_PAUSE_MS = 500;

/**
 * Adds to a counter and returns the sum: in one step where the service can, otherwise by a write that names what was read, again
 * and again after a random pause. An addition whose answer was lost is STORE_UNAVAILABLE, unless the document tells.
 */
export async function addToCounter(context: WriteContext, addition: Addition): Promise<number> {
  const { requests, isLive } = context;
  const { key } = addition;
  const giveUpAt = Date.now() + context.timeoutMs;
  for (let attempts = 1; ; attempts++) {
    const version = freshVersion();
    const found = await requests.send((table, signal) => table.read(key, signal));
    const live = found && isLive(found) ? found : undefined;
    const added = await add(context, addition, { version, found, live });
    if (added.output !== undefined) return added.output;
    if (added.unsure) {
      const now = await requests.send((table, signal) => table.read(key, signal));
      if (now?.version === version) return Number(now.value);
      throw context.toFailure(UNSURE);
    }
    if (Date.now() > giveUpAt) throw context.toFailure(CONTENDED);
    const limitMs = Math.min(MAX_PAUSE_MS, BASE_PAUSE_MS * 2 ** attempts);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * limitMs));
  }
}

interface Found {
  readonly version: number;
  /** The document at the key, expired or not. */
  readonly found: Document | undefined;
  readonly live: Document | undefined;
}

async function add(
  { requests, tags }: WriteContext,
  { key, amount, expiresAt }: Addition,
  { version, found, live }: Found,
): Promise<Attempted<number>> {
  const sum = Number(live?.value ?? 0) + amount;
  let tag: string | undefined;
  const attempted = await requests.attempt(async (table, signal) => {
    if (live && table.increment) return table.increment(key, amount, { expiresAt, version }, signal);
    const fields = { value: String(sum), expiresAt, version };
    tag = await table.write(key, fields, found ? { tag: found.tag } : "absent", signal);
    return sum;
  }, true);
  if (tag !== undefined) tags.remember({ version, tag, expiresAt });
  return attempted;
}

const CONTENDED: Error = Object.assign(new Error("others add to the same counter all the time"), { kind: "throttled" });
