import type { JSONRPCNotification } from "@modelcontextprotocol/server";
import type { FactoryContext } from "../../server/server-factory.ts";
import { type ForwardedRequest, type JsonObject, withoutQuestions } from "../forwarding/forwarded-request.ts";
import { toLegacyMessage, toModernMessage } from "../forwarding/request-message.ts";
import { post } from "./wire/post.ts";
import { endSession, type UpstreamSession } from "./wire/upstream-transport.ts";
import { type Base, discover, NOBODY, newId, openSession, type UpstreamWire } from "./wire/upstream-wire.ts";

export interface SendFor {
  readonly context: FactoryContext;
  readonly onSessionNotification: (notification: JSONRPCNotification) => void;
}

const REMEMBERED_LEVELS = 1_000;

/** Sends requests to an upstream, in a protocol era that it speaks. Throws ProtocolError and UpstreamFailure. */
export function createSender({
  eras,
  sessions,
  connect,
}: UpstreamWire): (request: ForwardedRequest, sendFor: SendFor) => Promise<JsonObject> {
  const levels = new Map<string | undefined, string>();

  return async (request, { context, onSessionNotification }) => {
    const base: Base = { ...(await connect(context)), reach: request, onSessionNotification };
    if (request.era === "modern") {
      const isModern = await eras.isModern(() => discover(base, request.client));
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
    const message = toLegacyMessage({ method: "logging/setLevel", params: { level: logLevel } }, newId());
    // An upstream without log messages needs none.
    await post({ ...base, session, reach: NOBODY, message }).catch(() => {});
  }

  async function sendInSession(base: Base, request: ForwardedRequest, context: FactoryContext): Promise<JsonObject> {
    const message = toLegacyMessage(request, newId());
    const open = (): Promise<UpstreamSession> => openSession(base, request.client);
    return sessions.use<JsonObject>(
      { context, request, open },
      {
        async work({ session, isTransient }) {
          try {
            await setLogLevel(base, request, session);
            return (await post({ ...base, session, message })).result;
          } finally {
            if (isTransient) await endSession(base, session);
          }
        },
        onRefused(error) {
          if (request.era === "modern") {
            // The server may have refused the probe by an error that passes, so its era is asked for again.
            eras.forget();
            throw error;
          }
          eras.onSessionRefused();
          return sendModern(base, request, context);
        },
      },
    );
  }
}

/** Sends a request that says itself who sends it. */
async function sendModern(base: Base, request: ForwardedRequest, context: FactoryContext): Promise<JsonObject> {
  const paramHeaders = request.method === "tools/call" ? paramHeadersOf(context) : {};
  return (await post({ ...base, paramHeaders, message: toModernMessage(request, newId()) })).result;
}

/** The client's headers that repeat arguments (MCP 2026-07-28, Streamable HTTP, Custom Headers). */
function paramHeadersOf({ era, requestInfo }: FactoryContext): Record<string, string> {
  if (era !== "modern" || !requestInfo) return {};
  return Object.fromEntries([...requestInfo.headers].filter(([name]) => name.startsWith("mcp-param-")));
}
