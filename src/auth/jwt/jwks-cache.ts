import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { TokenIssuer } from "../../config/token-issuer.ts";
import { discoverJwksUri, getJson } from "./jwks-discovery.ts";

/** Finds the key of a token among those of its issuer. Throws `KeysUnavailable`, or jose's error for an unknown key. */
export type JwksCache = JWTVerifyGetKey;

/** The keys of an issuer could not be read, so that its tokens can be neither accepted nor rejected. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** Time limit for reading the keys of an issuer, discovery included. */
const TIMEOUT_MS = 5_000;
/** Age at which keys are read again. */
const FRESH_MS = 600_000;
/** Age up to which keys are used while their issuer is unreachable: an older set could hold a withdrawn key. */
const USABLE_MS = 3_600_000;
/** Shortest time between two requests for unknown keys, whose ids anybody can invent. */
const COOLDOWN_MS = 30_000;
/** Shortest time between two requests when the first one failed. In between, every caller gets the failure at once. */
const RETRY_MS = 5_000;

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** Caches the keys of an issuer while they are fresh. However many tokens come, there is one request at a time. */
export function createJwksCache({ issuer, jwksUri }: TokenIssuer, now: () => number): JwksCache {
  let location = jwksUri;
  let find: FindKey | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let failure: { readonly at: number; readonly error: KeysUnavailable } | undefined;
  let loading: Promise<void> | undefined;

  /** Whether so much time has passed since `at`. A clock that was set back has told a wrong time then or tells it now. */
  const isOver = (at: number, ms: number): boolean => now() < at || now() - at > ms;

  async function load(): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      location ??= await discoverJwksUri(issuer, signal);
      find = createLocalJWKSet((await getJson(location, signal)) as unknown as JSONWebKeySet);
      loadedAt = now();
      failure = undefined;
    } catch (cause) {
      // The keys may have moved, so discover them again.
      location = jwksUri;
      failure = { at: now(), error: new KeysUnavailable(`The keys of ${issuer} could not be read.`, { cause }) };
    }
  }

  /** The cached keys, read again if they are older than `maxAge`. */
  async function keysUpTo(maxAge: number): Promise<FindKey> {
    if (isOver(loadedAt, maxAge) && (!failure || isOver(failure.at, RETRY_MS))) {
      loading ??= load().finally(() => {
        loading = undefined;
      });
      await loading;
    }
    if (find && !isOver(loadedAt, USABLE_MS)) return find;
    throw failure?.error ?? new KeysUnavailable(`The keys of ${issuer} are too old.`);
  }

  return async (header, token) => {
    try {
      return await (await keysUpTo(FRESH_MS))(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // The issuer may have a new key.
    const keys = await keysUpTo(COOLDOWN_MS);
    // The cached keys do not prove that the issuer lacks the key.
    if (failure) throw failure.error;
    return keys(header, token);
  };
}
