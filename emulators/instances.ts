import { AnycloudError } from "../src/adapter.ts";
import type { Instance } from "./instance.ts";

/** The instances of one ingress, leased request by request as the platform does. */
export interface InstancePool<Member extends Instance> {
  /** Starts `instances` instances, so that a broken artefact is reported before the first request. */
  warm(): Promise<void>;
  /** Leases the next instance with room, in turn; waits while all are full and no more may start. */
  lease(): Promise<Lease<Member>>;
  /** Starts new instances; the old ones finish their requests in progress first. */
  replace(): Promise<void>;
  close(): Promise<void>;
}

export interface Lease<Member extends Instance> {
  readonly instance: Member;
  /** Frees the slot. Idempotent. */
  release(): void;
}

export interface InstancePoolOptions<Member extends Instance> {
  readonly instances: number;
  readonly amnesia: boolean;
  /** Number of requests that one instance serves at a time: 1 on Lambda, 80 on Cloud Run. */
  readonly concurrency: number;
  /** Largest number of instances that the platform starts. */
  readonly maxInstances: number;
  /** How long an instance may take to end after SIGTERM. */
  readonly graceMs: number;
  /** Starts an instance and resolves when it is ready for requests. */
  start(): Promise<Member>;
}

interface Slot<Member> {
  readonly member: Promise<Member>;
  busy: number;
  retired: boolean;
}

/**
 * Keeps `instances` processes and leases them in turn. With `amnesia`, each request gets a process of its own: first those
 * that `warm()` started, then their successors, of which the next starts while a request runs.
 */
export function createInstancePool<Member extends Instance>(
  options: InstancePoolOptions<Member>,
): InstancePool<Member> {
  const { instances, amnesia, concurrency, maxInstances, graceMs } = options;
  const waiting: Array<() => void> = [];
  /** Slots that take requests. */
  let slots: Slot<Member>[] = [];
  /** Slots whose process runs: those that take requests, and those that finish their last ones. */
  const running = new Set<Slot<Member>>();
  let turn = 0;
  let closed = false;

  function open(): Slot<Member> {
    const slot: Slot<Member> = { member: options.start(), busy: 0, retired: false };
    slots.push(slot);
    running.add(slot);
    const drop = (): void => {
      leave(slot);
      running.delete(slot);
      waiting.shift()?.();
    };
    slot.member.then((member) => member.exited.then(drop), drop);
    return slot;
  }

  /** Starts the missing instances. Every waiting request looks again, because a new instance may have room for several. */
  function fill(): void {
    if (closed) throw new AnycloudError("INSTANCE_FAILED", "The emulator is closed.");
    while (slots.length < instances) open();
    for (const wake of waiting.splice(0)) wake();
  }

  /** Gives a slot no further requests. */
  function leave(slot: Slot<Member>): void {
    slot.retired = true;
    slots = slots.filter((other) => other !== slot);
  }

  const stop = (slot: Slot<Member>): Promise<void> =>
    slot.member.then(
      (member) => member.stop(graceMs),
      () => {},
    );

  /** Chooses among the instances with room in turn, and starts another one only when none has room. */
  function choose(): Slot<Member> | undefined {
    while (slots.length < (amnesia ? 1 : instances)) open();
    for (let step = 0; step < slots.length; step++) {
      const slot = slots[(turn + step) % slots.length];
      if (slot && slot.busy < concurrency) {
        turn = (turn + step + 1) % slots.length;
        return slot;
      }
    }
    return slots.length < maxInstances ? open() : undefined;
  }

  async function lease(): Promise<Lease<Member>> {
    let slot: Slot<Member> | undefined;
    while (!closed) {
      slot = choose();
      if (slot) break;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    if (!slot) throw new AnycloudError("INSTANCE_FAILED", "The emulator is closed.");
    const taken = slot;
    taken.busy++;
    if (amnesia) {
      // No other request may take it. While others are ready, none starts beside the request.
      leave(taken);
      if (slots.length === 0) open();
    }
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      taken.busy--;
      if (taken.retired && taken.busy === 0) void stop(taken);
      waiting.shift()?.();
    };
    try {
      return { instance: await taken.member, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  return {
    async warm() {
      // One after the other: started at once, many would keep each other from starting in time.
      while (amnesia && !closed && slots.length < instances - 1) await open().member;
      fill();
      await Promise.all(slots.map((slot) => slot.member));
    },
    lease,
    async replace() {
      for (const slot of [...slots]) {
        leave(slot);
        if (slot.busy === 0) void stop(slot);
      }
      await this.warm();
    },
    async close() {
      closed = true;
      for (const wake of waiting.splice(0)) wake();
      await Promise.all([...running].map(stop));
    },
  };
}
