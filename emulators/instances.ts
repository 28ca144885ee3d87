import { AnycloudError } from "../src/index.ts";
import type { Instance } from "./instance.ts";

/** Instances behind one front door, handed out request by request as the platform would. */
export interface Fleet<Member extends Instance> {
  /** Starts what `instances` asks for, so that a broken artefact is reported before the first request. */
  warm(): Promise<void>;
  /** The next instance with room, in turn; waits while all are full and no more may start. */
  lease(): Promise<Lease<Member>>;
  /** Starts afresh; instances with requests under way finish them first. */
  replace(): Promise<void>;
  close(): Promise<void>;
}

export interface Lease<Member extends Instance> {
  readonly instance: Member;
  /** Gives the place back. Idempotent. */
  release(): void;
}

export interface FleetOptions<Member extends Instance> {
  readonly instances: number;
  readonly amnesia: boolean;
  /** Requests one instance serves at a time: 1 on Lambda, 80 on Cloud Run. */
  readonly concurrency: number;
  /** Instances the platform would start at most. */
  readonly maxInstances: number;
  /** How long an instance may take to end after SIGTERM. */
  readonly graceMs: number;
  /** Starts an instance and settles when it is ready for requests. */
  start(): Promise<Member>;
}

interface Seat<Member> {
  readonly member: Promise<Member>;
  busy: number;
  retired: boolean;
}

/** Keeps `instances` processes and sends requests round them; with `amnesia`, each request gets a process of its own. */
export function createFleet<Member extends Instance>(options: FleetOptions<Member>): Fleet<Member> {
  const { concurrency, maxInstances, graceMs } = options;
  const wanted = options.amnesia ? 1 : options.instances;
  const waiting: Array<() => void> = [];
  /** In the rotation. */
  let seats: Seat<Member>[] = [];
  /** Running, in the rotation or finishing their last requests. */
  const running = new Set<Seat<Member>>();
  let turn = 0;
  let closed = false;

  function open(): Seat<Member> {
    const seat: Seat<Member> = { member: options.start(), busy: 0, retired: false };
    seats.push(seat);
    running.add(seat);
    const drop = (): void => {
      leave(seat);
      running.delete(seat);
      waiting.shift()?.();
    };
    seat.member.then((member) => member.exited.then(drop), drop);
    return seat;
  }

  /** Brings the rotation to its size. Waiting requests look again: a new instance has room for more than one. */
  function fill(): void {
    if (closed) throw new AnycloudError("INSTANCE_FAILED", "The emulator is closed.");
    while (seats.length < wanted) open();
    for (const wake of waiting.splice(0)) wake();
  }

  /** Takes no further requests. */
  function leave(seat: Seat<Member>): void {
    seat.retired = true;
    seats = seats.filter((other) => other !== seat);
  }

  const stop = (seat: Seat<Member>): Promise<void> =>
    seat.member.then(
      (member) => member.stop(graceMs),
      () => {},
    );

  /** Round robin over the instances with room; a further one only when none has any. */
  function choose(): Seat<Member> | undefined {
    while (seats.length < wanted) open();
    for (let step = 0; step < seats.length; step++) {
      const seat = seats[(turn + step) % seats.length];
      if (seat && seat.busy < concurrency) {
        turn = (turn + step + 1) % seats.length;
        return seat;
      }
    }
    return seats.length < maxInstances ? open() : undefined;
  }

  async function lease(): Promise<Lease<Member>> {
    let seat: Seat<Member> | undefined;
    while (!closed) {
      seat = choose();
      if (seat) break;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    if (!seat) throw new AnycloudError("INSTANCE_FAILED", "The emulator is closed.");
    const taken = seat;
    taken.busy++;
    if (options.amnesia) {
      // Out of the rotation at once, so that nobody else gets it; its successor starts while this request runs.
      leave(taken);
      open();
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
      fill();
      await Promise.all(seats.map((seat) => seat.member));
    },
    lease,
    async replace() {
      for (const seat of [...seats]) {
        leave(seat);
        if (seat.busy === 0) void stop(seat);
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
