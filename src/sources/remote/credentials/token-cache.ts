import { createHash } from "node:crypto";
import { monotonicMs } from "../../../clock.ts";

/** A token as its issuer gave it. */
export interface IssuedToken {
  readonly token: string;
  /** Seconds for which it is valid. */
  readonly expiresInSeconds: number;
}

/** Seconds before its expiry from which a token is no longer used. */
const EARLY_SECONDS = 30;
const MAX_TOKENS = 1_000;
/** Milliseconds for which a token is kept although an upstream refuses it, so that the issuer is not asked for each request. */
const REFUSED_KEPT_MS = 30_000;
/** Milliseconds after which a token that is being fetched is fetched anew: nobody waits for it any more. */
const FETCHING_MS = 15_000;

export interface TokenCache {
  /**
   * The token for the parts that name it: a caller, and the very token that was exchanged for it, which the cache keeps only as
   * a hash. A request for one that is being fetched waits for it.
   */
  get(parts: readonly string[], fetchToken: () => Promise<IssuedToken>): Promise<string>;
  /** Drops a token that an upstream refuses, such as one that was revoked. One that is new is kept. */
  refused(token: string): void;
}

interface KeptToken {
  readonly issued: Promise<IssuedToken>;
  /** Absent while it is being fetched. */
  token?: string;
  readonly since: number;
  until: number;
}

/** Tokens in this process. */
export function createTokenCache(): TokenCache {
  const tokens = new Map<string, KeptToken>();
  return {
    async get(parts, fetchToken) {
      const key = createHash("sha256").update(JSON.stringify(parts)).digest("base64");
      const kept = tokens.get(key);
      if (kept && monotonicMs() < kept.until) return (await kept.issued).token;
      const since = monotonicMs();
      const entry: KeptToken = { issued: fetchToken(), since, until: since + FETCHING_MS };
      tokens.delete(key);
      tokens.set(key, entry);
      if (tokens.size > MAX_TOKENS) tokens.delete(tokens.keys().next().value as string);
      try {
        const { token, expiresInSeconds } = await entry.issued;
        entry.token = token;
        entry.until = monotonicMs() + (expiresInSeconds - EARLY_SECONDS) * 1000;
        return token;
      } catch (error) {
        if (tokens.get(key) === entry) tokens.delete(key);
        throw error;
      }
    },
    refused(token) {
      for (const [key, entry] of tokens) {
        if (entry.token === token && monotonicMs() > entry.since + REFUSED_KEPT_MS) tokens.delete(key);
      }
    },
  };
}
