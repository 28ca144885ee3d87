import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import type { FactoryContext } from "../../server/server-factory.ts";
import type { ForwardedRequest, JsonObject } from "../forwarding/forwarded-request.ts";
import { toInitialize, toLegacyMessage, toModernMessage } from "../forwarding/request-message.ts";
import { createEras, isUnknownEra } from "./eras.ts";
import { createLimitedFetch } from "./limited-fetch.ts";
import { type PostOptions, post, type Reach } from "./post.ts";
import type { CheckedOptions, RemoteOptions } from "./remote-options.ts";
import { UpstreamFailure } from "./upstream-failure.ts";
import { createUpstreamSessions } from "./upstream-sessions.ts";
import { endSession, sayInitialized, type UpstreamSession } from "./upstream-transport.ts";

/** Sends an upstream a request. Throws ProtocolError and UpstreamFailure. */
export type Send = (request: ForwardedRequest) => Promise<JsonObject>;

export interface SendFor {
  readonly context: FactoryContext;
  readonly onSessionNotification: (notification: JSONRPCNotification) => void;
}

/** Each transport carries one request, so that all have the same id. */
const ID = 1;
const REMEMBERED_LEVELS = 1_000;

/** Sends requests to an upstream, in a protocol era that it speaks. */
export function createSender(
  { url, idleMs, maxBytes }: CheckedOptions,
  { credentials, headers: fixed = {}, fetch: own = globalThis.fetch }: RemoteOptions,
): (request: ForwardedRequest, sendFor: SendFor) => Promise<JsonObject> {
  const eras = createEras();
  const sessions = createUpstreamSessions(url.href);
  const fetch = createLimitedFetch(own, maxBytes);
  const levels = new Map<string | undefined, string>();

  return async (request, { context, onSessionNotification }) => {
    const token = await credentials?.token(context);
    const headers = { ...fixed, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const base = { url, fetch, headers, reach: request, idleMs, onSessionNotification };
    if (request.era === "modern") {
      const isModern = await eras.isModern(() => discover(base, request));
      return isModern ? sendModern(base, request, context) : sendInSession(base, withoutQuestions(request), context);
    }
    if (eras.refusesSessions) return sendModern(base, request, context);
    return sendInSession(base, request, context);
  };

  /** The level that the client asked for, which each instance tells the upstream once for a session. */
  async function setLogLevel(base: Base, { client }: ForwardedRequest, session: UpstreamSession): Promise<void> {
    const { logLevel } = client;
    if (logLevel === undefined || levels.get(session.id) === logLevel) return;
    levels.set(session.id, logLevel);
    if (levels.size > REMEMBERED_LEVELS) levels.delete(levels.keys().next().value);
    const message = toLegacyMessage({ method: "logging/setLevel", params: { level: logLevel } }, ID);
    // An upstream without log messages needs none.
    await post({ ...base, session, reach: NOBODY, message }).catch(() => {});
  }

  async function sendInSession(base: Base, request: ForwardedRequest, context: FactoryContext): Promise<JsonObject> {
    const message = toLegacyMessage(request, ID);
    const open = (): Promise<UpstreamSession> => openSession(base, request);
    let lost: UpstreamSession | undefined;
    for (;;) {
      let opened: Awaited<ReturnType<typeof sessions.of>>;
      try {
        opened = await sessions.of({ context, request, open, lost });
      } catch (error) {
        if (request.era !== "legacy" || !isUnknownEra(error)) throw error;
        eras.onSessionRefused();
        return sendModern(base, request, context);
      }
      const { session, isTransient } = opened;
      try {
        await setLogLevel(base, request, session);
        return (await post({ ...base, session, message })).result;
      } catch (error) {
        const isLost = error instanceof UpstreamFailure && error.kind === "session-lost";
        // Nothing was done for a session that is not known. The one after it is asked once.
        if (!isLost || lost) throw error;
        lost = session;
      } finally {
        if (isTransient) await endSession(base, session);
      }
    }
  }
}

type Base = Omit<PostOptions, "message" | "session">;

/** Sends a request that says itself who sends it. */
async function sendModern(base: Base, request: ForwardedRequest, context: FactoryContext): Promise<JsonObject> {
  const paramHeaders = request.method === "tools/call" ? paramHeadersOf(context) : {};
  return (await post({ ...base, paramHeaders, message: toModernMessage(request, ID) })).result;
}

/** The client's headers that repeat arguments (MCP 2026-07-28, Streamable HTTP, Custom Headers). */
function paramHeadersOf({ era, requestInfo }: FactoryContext): Record<string, string> {
  if (era !== "modern" || !requestInfo) return {};
  return Object.fromEntries([...requestInfo.headers].filter(([name]) => name.startsWith("mcp-param-")));
}

/** Throws UpstreamFailure for an answer that no server of that revision gives: what is kept of it decides much. */
async function discover(base: Base, { client }: ForwardedRequest): Promise<void> {
  const asked = { method: "server/discover", params: {}, client: { ...client, capabilities: {} } };
  const { result } = await post({ ...base, reach: NOBODY, message: toModernMessage(asked, ID) });
  if (!Array.isArray(result.supportedVersions)) throw new UpstreamFailure("unavailable", MALFORMED);
}

const MALFORMED = "Its answer is malformed.";

/** The client of requests that are the gateway's own. */
const NOBODY: Reach = {
  signal: new AbortController().signal,
  notify: async () => {},
  ask: () => Promise.reject(new Error("The client cannot be asked now.")),
};

/** A client of 2026-07-28 is asked by results alone. */
const withoutQuestions = (request: ForwardedRequest): ForwardedRequest => ({
  ...request,
  client: { ...request.client, capabilities: {} },
});

async function openSession(base: Base, { client }: ForwardedRequest): Promise<UpstreamSession> {
  const { result, sessionId } = await post({ ...base, reach: NOBODY, message: toInitialize(client, ID) });
  const { protocolVersion } = result;
  if (typeof protocolVersion !== "string") throw new UpstreamFailure("unavailable", MALFORMED);
  const session: UpstreamSession = { protocolVersion, ...(sessionId && { id: sessionId }) };
  await sayInitialized(base, session);
  return session;
}
