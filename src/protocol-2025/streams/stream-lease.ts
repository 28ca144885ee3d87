import { isConflict, type StateItem, type StateStore } from "../../store/store.ts";
import { streamLeaseKey } from "../sessions/session-keys.ts";
import type { StandalonePosition } from "./standalone-position.ts";

/** Who serves a session's standing stream, one at a time in the whole fleet. */
export interface StreamLease {
  /** Names the stream; empty when nobody serves it. */
  readonly owner: string;
  /** Unix time in milliseconds by which the owner promised to be heard of again. */
  readonly aliveUntil: number;
  /** How far the stream had come by then. */
  readonly position: StandalonePosition;
}

/** A listener as it was found, with the version to replace it on. */
export interface FoundStreamLease extends StreamLease {
  readonly version: number;
}

/** How long an owner may be silent before another one may take its place. */
const SILENCE_MS = 25_000;
/** How often it says that it is there. */
const SIGN_OF_LIFE_MS = 10_000;
/** As long as news can be read. */
const TTL_MS = 7_200_000;

export async function findStreamLease(store: StateStore, sessionId: string): Promise<FoundStreamLease | undefined> {
  const item = await store.get(streamLeaseKey(sessionId));
  return item && { ...toStreamLease(item), version: item.version };
}

export const toStreamLease = ({ value }: StateItem): StreamLease => JSON.parse(value);

/** Whether somebody serves the stream, as far as can be told. */
export const isServed = (lease: StreamLease | undefined): boolean =>
  lease !== undefined && lease.owner !== "" && lease.aliveUntil > Date.now();

/** The place of a session's listener, held by one stream. */
export interface HeldStreamLease {
  readonly owner: string;
  /** Says that the stream is still there, if it is time to. */
  renew(position: StandalonePosition): Promise<void>;
  /** Leaves the place to others, who go on from `position`. */
  release(position: StandalonePosition): Promise<void>;
}

/** Takes the place of the session's listener; undefined when somebody else was faster. */
export async function acquireStreamLease(
  store: StateStore,
  sessionId: string,
  { found, position }: { readonly found: FoundStreamLease | undefined; readonly position: StandalonePosition },
): Promise<HeldStreamLease | undefined> {
  const owner = crypto.randomUUID();
  let version = await replaceStreamLease(store, sessionId, { owner, position, version: found?.version });
  let renewAt = Date.now() + SIGN_OF_LIFE_MS;
  if (version === undefined) return undefined;

  async function replace(lease: Pick<StreamLease, "owner" | "position">): Promise<void> {
    if (version === undefined) return;
    version = await replaceStreamLease(store, sessionId, { ...lease, version });
    if (version !== undefined) return;
    // It is still ours if a write of ours that seemed to fail did happen.
    const there = await findStreamLease(store, sessionId);
    if (there?.owner !== owner) return;
    version = await replaceStreamLease(store, sessionId, { ...lease, version: there.version });
  }

  return {
    owner,
    async renew(position) {
      if (Date.now() < renewAt) return;
      renewAt = Date.now() + SIGN_OF_LIFE_MS;
      await replace({ owner, position });
    },
    release: (position) => replace({ owner: "", position }),
  };
}

/** Ends the session's standing stream wherever it is served, for its client to come back (SEP-1699). */
export async function revokeStreamLease(store: StateStore, sessionId: string): Promise<void> {
  const lease = await findStreamLease(store, sessionId);
  if (lease) await replaceStreamLease(store, sessionId, { ...lease, owner: "" });
}

/** The new version; undefined when the listener is another by now. */
async function replaceStreamLease(
  store: StateStore,
  sessionId: string,
  { owner, position, version }: Omit<StreamLease, "aliveUntil"> & { readonly version: number | undefined },
): Promise<number | undefined> {
  const now = Date.now();
  const lease: StreamLease = { owner, position, aliveUntil: now + SILENCE_MS };
  const expiresAt = Math.ceil((now + TTL_MS) / 1000);
  try {
    const item = { ...streamLeaseKey(sessionId), value: JSON.stringify(lease), expiresAt };
    return (await store.put(item, version === undefined ? "absent" : { version })).version;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}
