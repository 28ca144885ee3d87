import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict, type StateItem } from "../../store/store.ts";
import { streamLeaseKey } from "../sessions/standalone-keys.ts";
import type { SessionTimings } from "../timings.ts";
import type { StandalonePosition } from "./standalone-position.ts";
import type { StreamOwner } from "./stream-takeover.ts";

/** The right to serve a session's standalone stream, held by one stream on all instances. */
export interface StreamLease extends StreamOwner {
  /** Unix time in milliseconds by which the owner promised to renew it. */
  readonly aliveUntil: number;
  /** How far the stream had come by then. */
  readonly position: StandalonePosition;
}

/** A lease as it was read, with the version to replace. */
export interface FoundStreamLease extends StreamLease {
  readonly version: number;
}

/** As long as a session's notifications can be read. */
const TTL_MS = 7_200_000;

export async function findStreamLease(store: ObservedStore, sessionId: string): Promise<FoundStreamLease | undefined> {
  const item = await store.get(streamLeaseKey(sessionId));
  return item && { ...toStreamLease(item), version: item.version };
}

export const toStreamLease = ({ value }: StateItem): StreamLease => JSON.parse(value);

/** The lease, if a stream holds it, as far as can be told. */
export const heldLease = (lease: FoundStreamLease | undefined, now: number): FoundStreamLease | undefined =>
  lease && lease.aliveUntil > now ? lease : undefined;

export interface AcquireOptions {
  readonly store: ObservedStore;
  readonly sessionId: string;
  readonly timings: Pick<SessionTimings, "leaseRenewMs" | "leaseSilenceMs">;
  /** The lease to replace. */
  readonly found: FoundStreamLease | undefined;
  readonly next: StreamOwner;
  readonly position: StandalonePosition;
}

/** Acquires the lease; undefined when it has changed meanwhile. Throws STORE_UNAVAILABLE. */
export async function acquireStreamLease(options: AcquireOptions): Promise<HeldStreamLease | undefined> {
  const { found, next, position } = options;
  const version = await replaceLease(options, { ...next, position, version: found?.version });
  return version === undefined ? undefined : new HeldStreamLease(options, version);
}

/** A lease while its stream is served. */
export class HeldStreamLease {
  readonly owner: string;
  readonly #options: AcquireOptions;
  #version: number | undefined;
  #renewAt: number;

  constructor(options: AcquireOptions, version: number) {
    this.owner = options.next.owner;
    this.#options = options;
    this.#version = version;
    this.#renewAt = options.store.now() + options.timings.leaseRenewMs;
  }

  /** Renews it, if it is time to. */
  async renew(position: StandalonePosition): Promise<void> {
    const now = this.#options.store.now();
    if (now < this.#renewAt) return;
    this.#renewAt = now + this.#options.timings.leaseRenewMs;
    await this.#replace({ ...this.#options.next, position });
  }

  /** Gives it up. The next stream goes on from `position`. */
  release(position: StandalonePosition): Promise<void> {
    return this.#replace({ ...this.#options.next, owner: "", position });
  }

  async #replace(lease: Omit<StreamLease, "aliveUntil">): Promise<void> {
    if (this.#version === undefined) return;
    this.#version = await replaceLease(this.#options, { ...lease, version: this.#version });
    if (this.#version !== undefined) return;
    // It is still held if a write that seemed to fail did succeed.
    const found = await findStreamLease(this.#options.store, this.#options.sessionId);
    if (found?.owner !== this.owner) return;
    this.#version = await replaceLease(this.#options, { ...lease, version: found.version });
  }
}

/** Ends the session's standalone stream on whichever instance serves it, for its client to come back (SEP-1699). */
export async function revokeStreamLease(
  options: Pick<AcquireOptions, "store" | "sessionId" | "timings">,
): Promise<void> {
  const found = await findStreamLease(options.store, options.sessionId);
  if (found) await replaceLease(options, { ...found, owner: "" });
}

/** The new version; undefined when the lease has changed meanwhile. */
async function replaceLease(
  { store, sessionId, timings }: Pick<AcquireOptions, "store" | "sessionId" | "timings">,
  {
    owner,
    since,
    takeovers,
    position,
    version,
  }: Omit<FoundStreamLease, "aliveUntil" | "version"> & {
    readonly version: number | undefined;
  },
): Promise<number | undefined> {
  const now = store.now();
  const lease: StreamLease = { owner, since, takeovers, position, aliveUntil: now + timings.leaseSilenceMs };
  const expiresAt = Math.ceil((now + TTL_MS) / 1000);
  try {
    const item = { ...streamLeaseKey(sessionId), value: JSON.stringify(lease), expiresAt };
    return (await store.put(item, version === undefined ? "absent" : { version })).version;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}
