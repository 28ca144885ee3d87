import type { ServerFactory } from "../../define-server.ts";
import type { ChangeEvents } from "../../services/change-events.ts";
import type { OpenServicesOf } from "../../services/services.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import type { Sessions } from "./session-record.ts";

/** What serving the requests of sessions takes. */
export interface SessionContext {
  readonly createServer: ServerFactory;
  readonly store: ObservedStore;
  readonly sessions: Sessions;
  readonly openServices: OpenServicesOf;
  readonly changeEvents: ChangeEvents;
  /** Seconds after which a stream that only waits for news ends, for its client to come back. */
  readonly streamSeconds?: number;
}
