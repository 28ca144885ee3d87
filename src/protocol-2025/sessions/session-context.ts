import type { SessionLimit } from "../../limits/rate.ts";
import type { OnListen } from "../../server/listening-client.ts";
import type { ServerFactory } from "../../server/server-factory.ts";
import type { ChangeEvents, MayHear } from "../../services/change-events.ts";
import type { OpenServicesOf } from "../../services/services.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import type { WakeUps } from "../../store/wake-ups.ts";
import type { SessionTimings } from "../timings.ts";
import type { Sessions } from "./session-record.ts";

/** Everything that serving the requests of sessions needs. */
export interface SessionContext {
  readonly createServer: ServerFactory;
  readonly store: ObservedStore;
  readonly sessions: Sessions;
  /** Asked before a session is opened. */
  readonly limitSessions: SessionLimit;
  readonly openServices: OpenServicesOf;
  readonly changeEvents: ChangeEvents;
  /** For the instances that serve standalone streams. */
  readonly wakeUps: WakeUps;
  /** Absent where no policy keeps a caller from changes. */
  readonly mayHear?: MayHear | undefined;
  /** Told of each client that begins to listen. */
  readonly onListen?: OnListen | undefined;
  /** Seconds after which a stream that only waits for notifications ends, for its client to come back. */
  readonly streamSeconds?: number | undefined;
  readonly timings: SessionTimings;
}
