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
/** Milliseconds after which a token that is being fetched is fetched anew: nobody waits for it any more. */
const FETCHING_MS = 15_000;

/**
 * Tokens in this process, each for the parts that name it: a caller, and the very token that was exchanged for it, which the
 * cache keeps only as a hash. A request for one that is being fetched waits for it.
 */
export function createTokenCache(): (
  parts: readonly string[],
  fetchToken: () => Promise<IssuedToken>,
) => Promise<string> {
  const tokens = new Map<string, { readonly issued: Promise<IssuedToken>; until: number }>();
  return async (parts, fetchToken) => {
    const key = createHash("sha256").update(JSON.stringify(parts)).digest("base64");
    const kept = tokens.get(key);
    if (kept && monotonicMs() < kept.until) return (await kept.issued).token;
    const issued = fetchToken();
    const entry = { issued, until: monotonicMs() + FETCHING_MS };
    tokens.delete(key);
    tokens.set(key, entry);
    if (tokens.size > MAX_TOKENS) tokens.delete(tokens.keys().next().value as string);
    try {
      const { token, expiresInSeconds } = await issued;
      entry.until = monotonicMs() + (expiresInSeconds - EARLY_SECONDS) * 1000;
      return token;
    } catch (error) {
      if (tokens.get(key) === entry) tokens.delete(key);
      throw error;
    }
  };
}
