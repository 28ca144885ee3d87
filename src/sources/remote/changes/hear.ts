import type { ListeningClient } from "../../../server/listening-client.ts";
import type { DeclaredClient } from "../../forwarding/forwarded-request.ts";
import { toLegacyMessage, toModernMessage } from "../../forwarding/request-message.ts";
import { post } from "../wire/post.ts";
import { endSession, type UpstreamSession } from "../wire/upstream-transport.ts";
import { type Base, discover, NOBODY, newId, openSession, type UpstreamWire } from "../wire/upstream-wire.ts";
import { hearSession } from "./hear-session.ts";
import { type Hearing, LONGEST_STREAM_MS } from "./hearing.ts";

const ALL_LISTS = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
/** Declared to an upstream where the gateway is its client. */
const GATEWAY: DeclaredClient = { capabilities: {} };

/**
 * Hears what an upstream tells outside of requests, until its stream ends: with `subscriptions/listen` in 2026-07-28, on the
 * standalone stream of a session in the 2025 protocols. Throws ProtocolError and UpstreamFailure.
 */
export function createHear({ eras, sessions, connect }: UpstreamWire): (hearing: Hearing) => Promise<void> {
  return async (hearing) => {
    const { client, signal, onNotification } = hearing;
    const base: Base = {
      ...(await connect(client.context)),
      reach: { ...NOBODY, signal },
      onSessionNotification: onNotification,
    };
    if (client.session && !eras.refusesSessions && (await hearOwnSession(base, client.session, hearing))) return;
    if (await eras.isModern(() => discover(base, GATEWAY))) await hearModern(base, hearing);
    else await hearNewSession(base, hearing);
  };

  /** The session at the upstream of a client's session here: what it subscribed to is known there. False where there are none. */
  async function hearOwnSession(
    base: Base,
    { id, initialize }: NonNullable<ListeningClient["session"]>,
    hearing: Hearing,
  ): Promise<boolean> {
    const { context } = hearing.client;
    const open = (): Promise<UpstreamSession> => openSession(base, toDeclared(initialize));
    return sessions.use<boolean>(
      { context, request: { era: "legacy", sessionId: id }, open },
      {
        async work({ session }) {
          await hearSession(base, session, hearing);
          return true;
        },
        onRefused() {
          eras.onSessionRefused();
          return false;
        },
      },
    );
  }

  async function hearNewSession(base: Base, hearing: Hearing): Promise<void> {
    const session = await openSession(base, GATEWAY);
    try {
      for (const uri of hearing.client.resources) {
        const message = toLegacyMessage({ method: "resources/subscribe", params: { uri } }, newId());
        await post({ ...base, session, message });
      }
      await hearSession(base, session, hearing);
    } finally {
      await endSession(base, session);
    }
  }
}

async function hearModern(base: Base, { client: { resources }, signal, onOpen }: Hearing): Promise<void> {
  const notifications = { ...ALL_LISTS, ...(resources.length > 0 && { resourceSubscriptions: resources }) };
  const message = toModernMessage(
    { method: "subscriptions/listen", params: { notifications }, client: GATEWAY },
    newId(),
  );
  const notify = async ({ method }: { readonly method: string }): Promise<void> => {
    if (method === "notifications/subscriptions/acknowledged") onOpen();
  };
  await post({ ...base, idleMs: LONGEST_STREAM_MS, reach: { ...NOBODY, signal, notify }, message });
}

const toDeclared = ({
  capabilities,
  clientInfo,
}: NonNullable<ListeningClient["session"]>["initialize"]): DeclaredClient => ({
  capabilities: (capabilities ?? {}) as DeclaredClient["capabilities"],
  info: clientInfo as DeclaredClient["info"],
});
