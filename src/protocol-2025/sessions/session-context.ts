import type { Config } from "../../config/config.ts";
import { createSessionLimit, type SessionLimit } from "../../limits/rate.ts";
import type { OnListen } from "../../server/listening-client.ts";
import type { ServerFactory } from "../../server/server-factory.ts";
import type { ChangeEvents, MayHear } from "../../services/change-events.ts";
import type { OpenServicesOf } from "../../services/services.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import { createWakeUps, type WakeUps } from "../../store/wake-ups.ts";
import type { SessionTimings } from "../timings.ts";
import { createSessions, type Sessions } from "./session-record.ts";

/** How the endpoint wants sessions to be served. */
export interface SessionOptions {
  readonly createServer: ServerFactory;
  readonly store: ObservedStore;
  readonly openServices: OpenServicesOf;
  readonly changeEvents: ChangeEvents;
  /** Absent where no policy keeps a caller from changes. */
  readonly mayHear?: MayHear | undefined;
  /** Told of each client that begins to listen. */
  readonly onListen?: OnListen | undefined;
  /** Seconds after which a stream that only waits for notifications ends, for its client to come back. */
  readonly streamSeconds?: number | undefined;
  readonly timings: SessionTimings;
  readonly config: Pick<Config, "sessionSeconds" | "sessionGraceSeconds" | "rateLimits">;
}

/** Everything that serving the requests of sessions needs. */
export interface SessionContext extends SessionOptions {
  readonly sessions: Sessions;
  /** Asked before a session is opened. */
  readonly limitSessions: SessionLimit;
  /** For the instances that serve standalone streams. */
  readonly wakeUps: WakeUps;
}

export function createSessionContext(options: SessionOptions): SessionContext {
  const { store, config, timings } = options;
  const wakeUps = createWakeUps(store, {
    fastestMs: timings.notificationFastestReadMs,
    slowestMs: timings.notificationSlowestReadMs,
  });
  const limitSessions = createSessionLimit({ ...config, store });
  return { ...options, wakeUps, sessions: createSessions(store, config, wakeUps), limitSessions };
}
