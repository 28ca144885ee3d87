import { ANYBODY } from "../../auth/caller.ts";
import { AnycloudError } from "../../errors.ts";
import type { FactoryContext } from "../../server/server-factory.ts";
import type { ForwardedRequest } from "../forwarding/forwarded-request.ts";
import { isUnknownEra } from "./eras.ts";
import { UpstreamFailure } from "./upstream-failure.ts";
import type { UpstreamSession } from "./wire/upstream-transport.ts";

/** A session at an upstream, for one caller here. */
interface OpenedSession {
  readonly session: UpstreamSession;
  /** Belongs to this request alone, and is ended with it. */
  readonly isTransient: boolean;
  /** Was opened just now. One that was known may be forgotten at the upstream, and so may the one that came after it. */
  readonly isNew: boolean;
}

export interface UpstreamSessions {
  /** Works in the session of a caller, and once more in the one after it where the upstream has forgotten it. */
  use<Result>(asked: SessionQuestion, use: SessionUse<Result>): Promise<Result>;
}

interface SessionQuestion {
  readonly context: FactoryContext;
  readonly request: Pick<ForwardedRequest, "era" | "sessionId">;
  /** Opens a session where there is none on any instance. */
  readonly open: () => Promise<UpstreamSession>;
}

interface SessionUse<Result> {
  readonly work: (opened: OpenedSession) => Promise<Result>;
  /** The upstream opens none: it does not know the 2025 protocols. */
  readonly onRefused: (error: unknown) => Result | Promise<Result>;
}

/** Sessions that an instance remembers, to save a read of the store. */
const REMEMBERED = 1_000;
/** Seconds for which the store knows the session of a caller. */
const KEPT_FOR = { ttlSeconds: 86_400 };

/**
 * Sessions of the 2025 protocols at one upstream, kept in the store so that every instance uses the same one: for each
 * session here, or for each caller of 2026-07-28. Where callers are not told apart, or there is no store, every request
 * gets one of its own.
 */
export function createUpstreamSessions(address: string): UpstreamSessions {
  const remembered = new Map<string, UpstreamSession>();

  function remember(key: string, session: UpstreamSession): UpstreamSession {
    remembered.delete(key);
    remembered.set(key, session);
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    return session;
  }

  /** The session of a caller. `lost` was it until the upstream forgot it. */
  async function sessionOf(
    { context, request, open }: SessionQuestion,
    lost: UpstreamSession | undefined,
  ): Promise<OpenedSession> {
    const owner = ownerOf(context, request);
    if (owner === undefined) return { session: await open(), isTransient: true, isNew: true };
    const key = `${address} ${owner}`;
    const known = remembered.get(`${context.caller.principal} ${key}`);
    if (known && known.id !== lost?.id) return { session: known, isTransient: false, isNew: false };
    let isNew = false;
    const openNew = (): Promise<UpstreamSession> => {
      isNew = true;
      return open();
    };
    try {
      // A session that was lost names the one after it, so that instances which still know the first find the second.
      const name = `upstream session ${key}${lost?.id ? ` after ${lost.id}` : ""}`;
      const session = await context.once(name, KEPT_FOR, openNew);
      return { session: remember(`${context.caller.principal} ${key}`, session), isTransient: false, isNew };
    } catch (error) {
      const hasNoStore = error instanceof AnycloudError && error.code === "STORE_MISSING";
      if (!hasNoStore) throw error;
      return { session: await open(), isTransient: true, isNew: true };
    }
  }

  return {
    async use(asked, { work, onRefused }) {
      let lost: UpstreamSession | undefined;
      for (;;) {
        let opened: OpenedSession;
        try {
          opened = await sessionOf(asked, lost);
        } catch (error) {
          if (!isUnknownEra(error)) throw error;
          return onRefused(error);
        }
        try {
          return await work(opened);
        } catch (error) {
          const isLost = error instanceof UpstreamFailure && error.kind === "session-lost";
          // Nothing was done for a session that is not known. An instance that was away may know several such in a row.
          if (!isLost || opened.isNew) throw error;
          lost = opened.session;
        }
      }
    },
  };
}

/** The owner of a session at an upstream; undefined where it can only be the request. */
function ownerOf({ caller }: FactoryContext, { era, sessionId }: SessionQuestion["request"]): string | undefined {
  if (era === "legacy") return sessionId && `session ${sessionId}`;
  return caller.principal === ANYBODY.principal ? undefined : "caller";
}
