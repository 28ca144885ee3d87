import type { LoggingLevel, ServerCapabilities } from "@modelcontextprotocol/server";
import type { Principal } from "../../auth/principal.ts";
import type { ObservedStore } from "../../store/observed-store.ts";
import { isConflict, type StateItem, type StateKey, type StateStore } from "../../store/store.ts";
import type { WakeUps } from "../../store/wake-ups.ts";
import { standalonePartition, streamLeaseKey } from "./standalone-keys.ts";
import { addSubscription, removeSubscription, renewSubscriptions } from "./subscriptions.ts";

const recordKey = (sessionId: string): StateKey => ({ partition: `session/${sessionId}`, sort: "record" });

/** The stored state of a 2025-era session, from which any instance restores a server. */
export interface SessionRecord {
  /** The caller that opened it; for everybody else it does not exist. */
  readonly principal: Principal;
  /** As negotiated. */
  readonly protocolVersion: string;
  /** The client's capabilities, name and version, of the `params` of its `initialize`. */
  readonly initialize: Readonly<Record<"capabilities" | "clientInfo", unknown>>;
  /** Signs the ids of the requests that servers of the session send to its client. */
  readonly secret: string;
  /** As the server declared them. */
  readonly capabilities: ServerCapabilities;
  /** As the client last set it. */
  readonly logLevel?: LoggingLevel;
  /** Unix time in seconds until which it lives without a further request. */
  readonly activeUntil: number;
}

/** A session that was found. */
export interface Session {
  readonly id: string;
  readonly record: SessionRecord;
}

export interface Sessions {
  create(record: Omit<SessionRecord, "activeUntil" | "secret">): Promise<Session>;
  /**
   * The principal's session of this id. One read; a write only when it is past the middle of its life. Expired within
   * the grace period it comes back, because several clients never recover from a 404.
   */
  find(id: string, principal: Principal): Promise<Session | undefined>;
  /** Changes the record, whatever other instances change at the same time. */
  update(id: string, change: (record: SessionRecord) => SessionRecord): Promise<void>;
  /** Adds a resource to those that the session's client hears about. False when they are too many. */
  subscribe(id: string, uri: string): Promise<boolean>;
  unsubscribe(id: string, uri: string): Promise<void>;
  delete(id: string): Promise<void>;
}

export interface SessionLife {
  /** Seconds without a request after which a session expires. */
  readonly sessionSeconds: number;
  /** Seconds for which an expired session comes back. */
  readonly sessionGraceSeconds: number;
}

/** Keeps sessions in `store`. */
export function createSessions(
  store: ObservedStore,
  { sessionSeconds, sessionGraceSeconds }: SessionLife,
  wakeUps: WakeUps,
): Sessions {
  const nowSeconds = (): number => Math.floor(store.now() / 1000);
  const toWrite = (id: string, record: SessionRecord): Parameters<StateStore["put"]>[0] => ({
    ...recordKey(id),
    value: JSON.stringify(record),
    expiresAt: record.activeUntil + sessionGraceSeconds,
  });
  const renewed = (record: SessionRecord): SessionRecord => ({ ...record, activeUntil: nowSeconds() + sessionSeconds });

  const keptUntil = (): number => nowSeconds() + sessionSeconds + sessionGraceSeconds;

  async function renew(id: string, record: SessionRecord, item: StateItem): Promise<void> {
    await store.put(toWrite(id, renewed(record)), item);
    await renewSubscriptions(store, id, keptUntil());
  }

  return {
    async create(initial) {
      const record = renewed({ ...initial, secret: crypto.randomUUID(), activeUntil: 0 });
      const id = crypto.randomUUID();
      await store.put(toWrite(id, record), "absent");
      return { id, record };
    },

    async find(id, principal) {
      // Whatever else a client sends was never an id of ours.
      if (!/^[\da-f-]{36}$/.test(id)) return undefined;
      const item = await store.get(recordKey(id));
      if (!item) return undefined;
      const record: SessionRecord = JSON.parse(item.value);
      if (record.principal !== principal) return undefined;
      if (record.activeUntil - store.now() / 1000 < sessionSeconds / 2) {
        // Another instance that does the same has done it; a store that fails now fails the request where it matters.
        await renew(id, record, item).catch(() => {});
      }
      return { id, record };
    },

    async update(id, change) {
      for (;;) {
        const item = await store.get(recordKey(id));
        // Ended meanwhile: there is nothing to remember for it.
        if (!item) return;
        try {
          await store.put(toWrite(id, renewed(change(JSON.parse(item.value)))), item);
          return;
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    },

    subscribe: (id, uri) => addSubscription(store, { sessionId: id, uri, expiresAt: keptUntil() }),

    unsubscribe: (id, uri) => removeSubscription(store, { sessionId: id, uri, expiresAt: keptUntil() }),

    async delete(id) {
      await store.delete(recordKey(id));
      const lease = await store.get(streamLeaseKey(id));
      if (!lease) return;
      await store.delete(lease);
      const { instance }: { readonly instance: string } = JSON.parse(lease.value);
      await wakeUps.wake(instance, standalonePartition(id));
    },
  };
}
