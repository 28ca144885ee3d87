import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { TokenIssuer } from "../../config/token-issuer.ts";
import { discoverJwksUri, getJson } from "./jwks-discovery.ts";

/** Finds the key of a token among those of its issuer. Throws `KeysUnavailable`, and jose's errors for keys that are not there. */
export type JwksCache = JWTVerifyGetKey;

/** The keys of an issuer could not be asked for, so that nothing can be said of its tokens. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** Time for all that it takes to ask an issuer for its keys. */
const TIMEOUT_MS = 5_000;
/** Age at which keys are asked for again. */
const FRESH_MS = 600_000;
/** Age up to which keys count while their issuer cannot be asked: beyond it, a withdrawn key could be among them. */
const USABLE_MS = 3_600_000;
/** Least time between two requests because of keys that are not there, which anybody can make up. */
const COOLDOWN_MS = 30_000;
/** Least time between two requests where the first one failed; those who come in between are told so at once. */
const RETRY_MS = 5_000;

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** The keys of an issuer, kept for as long as they are fresh. However many tokens come, the issuer is asked once at a time. */
export function createJwksCache({ issuer, jwksUri }: TokenIssuer, now: () => number): JwksCache {
  let location = jwksUri;
  let find: FindKey | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let failure: { readonly at: number; readonly error: KeysUnavailable } | undefined;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      location ??= await discoverJwksUri(issuer, signal);
      find = createLocalJWKSet((await getJson(location, signal)) as unknown as JSONWebKeySet);
      loadedAt = now();
      failure = undefined;
    } catch (cause) {
      // It may have moved.
      location = jwksUri;
      failure = { at: now(), error: new KeysUnavailable(`The keys of ${issuer} could not be read.`, { cause }) };
    }
  }

  /** The keys that there are, asked for again if they are older than `maxAge`. */
  async function keysUpTo(maxAge: number): Promise<FindKey> {
    if (now() - loadedAt > maxAge && !(failure && now() - failure.at < RETRY_MS)) {
      loading ??= load().finally(() => {
        loading = undefined;
      });
      await loading;
    }
    if (find && now() - loadedAt <= USABLE_MS) return find;
    throw failure?.error ?? new KeysUnavailable(`The keys of ${issuer} are too old.`);
  }

  return async (header, token) => {
    try {
      return await (await keysUpTo(FRESH_MS))(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // A new key, perhaps.
    const keys = await keysUpTo(COOLDOWN_MS);
    // Those are not the issuer's word on a key that it may have by now.
    if (failure) throw failure.error;
    return keys(header, token);
  };
}
