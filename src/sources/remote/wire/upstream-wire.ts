import type { FactoryContext } from "../../../server/server-factory.ts";
import type { DeclaredClient } from "../../forwarding/forwarded-request.ts";
import { toInitialize, toModernMessage } from "../../forwarding/request-message.ts";
import { withToken } from "../credentials/with-token.ts";
import { createEras, type Eras } from "../eras.ts";
import type { CheckedOptions, RemoteOptions } from "../remote-options.ts";
import { UpstreamFailure } from "../upstream-failure.ts";
import { createUpstreamSessions, type UpstreamSessions } from "../upstream-sessions.ts";
import { createLimitedFetch, type Fetch, withoutStandaloneStreams } from "./limited-fetch.ts";
import { type PostOptions, post, type Reach } from "./post.ts";
import { sayInitialized, type UpstreamSession } from "./upstream-transport.ts";

/** The way to an upstream, and the facts about it that this process knows. */
export interface UpstreamWire {
  readonly eras: Eras;
  readonly sessions: UpstreamSessions;
  /** The way for a caller, with the token that is theirs. Throws UpstreamFailure where there is none to be had. */
  connect(context: FactoryContext): Promise<Connected>;
}

interface Connected extends Pick<PostOptions, "url" | "fetch" | "headers" | "idleMs" | "secrets"> {
  /** Also opens streams that belong to no request. */
  readonly streamingFetch: Fetch;
}

/** The part that is common to all requests that are sent for one of a client. */
export type Base = Omit<PostOptions, "message" | "session"> & Connected;

export function createWire(
  { url, idleMs, maxBytes }: CheckedOptions,
  { credentials, headers = {}, fetch: own = globalThis.fetch }: RemoteOptions,
): UpstreamWire {
  const limitedFetch = createLimitedFetch(own, maxBytes);
  return {
    eras: createEras(),
    sessions: createUpstreamSessions(url.href),
    async connect(context) {
      const { fetch: streamingFetch, tokens } = await withToken(limitedFetch, credentials, context);
      const fetch = withoutStandaloneStreams(streamingFetch);
      return { url, fetch, streamingFetch, headers, idleMs, secrets: tokens };
    },
  };
}

/** An id for a request. Requests of all instances share sessions, in which an id is used once (MCP 2025-11-25, Requests). */
export const newId = (): string => crypto.randomUUID();

/** The client of requests that are the gateway's own. */
export const NOBODY: Reach = {
  signal: new AbortController().signal,
  notify: async () => {},
  ask: () => Promise.reject(new Error("The client cannot be asked now.")),
};

/** Asks whether it speaks 2026-07-28. Throws UpstreamFailure for an answer that no server of that revision gives: what is kept of it decides much. */
export async function discover(base: Base, client: DeclaredClient): Promise<void> {
  const asked = { method: "server/discover", params: {}, client: { ...client, capabilities: {} } };
  const { result } = await post({ ...base, reach: NOBODY, message: toModernMessage(asked, newId()) });
  if (!Array.isArray(result.supportedVersions)) throw new UpstreamFailure("unavailable", MALFORMED);
}

/** Opens a session of the 2025 protocols for a client. Throws ProtocolError and UpstreamFailure. */
export async function openSession(base: Base, client: DeclaredClient): Promise<UpstreamSession> {
  const { result, sessionId } = await post({ ...base, reach: NOBODY, message: toInitialize(client, newId()) });
  const { protocolVersion } = result;
  if (typeof protocolVersion !== "string") throw new UpstreamFailure("unavailable", MALFORMED);
  const session: UpstreamSession = { protocolVersion, ...(sessionId && { id: sessionId }) };
  await sayInitialized(base, session);
  return session;
}

const MALFORMED = "Its answer is malformed.";
