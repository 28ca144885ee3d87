import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict, type StateItem } from "../../store/store.ts";
import type { SessionContext } from "../sessions/session-context.ts";
import { standalonePartition, streamLeaseKey } from "../sessions/standalone-keys.ts";
import type { SessionTimings } from "../timings.ts";
import type { StandalonePosition } from "./standalone-position.ts";
import type { StreamOwner } from "./stream-takeover.ts";

/** The right to serve a session's standalone stream, held by one stream on all instances. */
export interface StreamLease extends StreamOwner {
  /** The owner's instance, to be woken when there is something for the stream. */
  readonly instance: string;
  /** How far the stream had come when this was written. */
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

/** Lets the stream that holds the lease look at its session now, on whichever instance it is served. Never rejects. */
export async function wakeHolder(
  { wakeUps }: Pick<SessionContext, "wakeUps">,
  sessionId: string,
  lease: StreamLease | undefined,
): Promise<void> {
  if (lease && lease.owner !== "") await wakeUps.wake(lease.instance, standalonePartition(sessionId));
}

export interface AcquireOptions extends Pick<SessionContext, "store" | "wakeUps"> {
  readonly sessionId: string;
  readonly timings: Pick<SessionTimings, "leaseWriteMs">;
  /** The lease to replace. */
  readonly found: FoundStreamLease | undefined;
  readonly next: StreamOwner;
  readonly position: StandalonePosition;
}

/** Acquires the lease; undefined when it has changed meanwhile. Throws STORE_UNAVAILABLE. */
export async function acquireStreamLease(options: AcquireOptions): Promise<HeldStreamLease | undefined> {
  const { found, next, position, sessionId } = options;
  const version = await replaceLease(options, { ...next, position, version: found?.version });
  if (version === undefined) return undefined;
  await wakeHolder(options, sessionId, found);
  return new HeldStreamLease(options, version);
}

/** A lease while its stream is served. */
export class HeldStreamLease {
  readonly owner: string;
  readonly #options: AcquireOptions;
  #version: number | undefined;
  #written: StandalonePosition;
  #writtenAt: number;

  constructor(options: AcquireOptions, version: number) {
    this.owner = options.next.owner;
    this.#options = options;
    this.#version = version;
    this.#written = options.position;
    this.#writtenAt = options.store.now();
  }

  /** Writes how far the stream has come, if it is time to: a stream on which nothing happens costs no writes. */
  async advance(position: StandalonePosition): Promise<void> {
    if (this.msUntilWrite(position) > 0) return;
    this.#writtenAt = this.#options.store.now();
    await this.#replace({ ...this.#options.next, position });
    this.#written = position;
  }

  /** Milliseconds until `advance` writes a position; infinite where it was written. */
  msUntilWrite(position: StandalonePosition): number {
    const { store, timings } = this.#options;
    if (position === this.#written) return Number.POSITIVE_INFINITY;
    return this.#writtenAt + timings.leaseWriteMs - store.now();
  }

  /** Gives it up. The next stream goes on from `position`. */
  release(position: StandalonePosition): Promise<void> {
    return this.#replace({ ...this.#options.next, owner: "", position });
  }

  async #replace(lease: Omit<StreamLease, "instance">): Promise<void> {
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
  options: Pick<AcquireOptions, "store" | "wakeUps" | "sessionId">,
): Promise<void> {
  const found = await findStreamLease(options.store, options.sessionId);
  if (!found) return;
  await replaceLease(options, { ...found, owner: "" });
  await wakeHolder(options, options.sessionId, found);
}

/** The new version; undefined when the lease has changed meanwhile. */
async function replaceLease(
  { store, wakeUps, sessionId }: Pick<AcquireOptions, "store" | "wakeUps" | "sessionId">,
  {
    owner,
    since,
    takeovers,
    position,
    version,
  }: Omit<FoundStreamLease, "instance" | "version"> & {
    readonly version: number | undefined;
  },
): Promise<number | undefined> {
  const lease: StreamLease = { owner, since, takeovers, instance: wakeUps.instance, position };
  const expiresAt = Math.ceil((store.now() + TTL_MS) / 1000);
  try {
    const item = { ...streamLeaseKey(sessionId), value: JSON.stringify(lease), expiresAt };
    return (await store.put(item, version === undefined ? "absent" : { version })).version;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}
