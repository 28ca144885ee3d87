/** Caches the proofs of verified tokens. */
export interface TokenCache<Proof> {
  recall(token: string): Proof | undefined;
  /** Keeps a proof until the token expires (Unix seconds) or for `MAX_SECONDS`, whichever is sooner. */
  keep(token: string, proof: Proof, expiresAt: number): void;
}

/** Longest time for which a token is accepted after its issuer withdrew the key. */
const MAX_SECONDS = 300;

/** Limits the memory that a caller with many tokens can fill. A dropped token is verified again. */
const MAX_TOKENS = 1000;

/**
 * Creates the cache of one process. It is safe for three reasons: a token proves the same until it expires, except for
 * withdrawn keys, which `MAX_SECONDS` bounds; only verified tokens are kept; and they are kept by their SHA-256, so that a
 * dump of the memory holds no token of this cache.
 */
export function createTokenCache<Proof>(now: () => number): TokenCache<Proof> {
  const kept = new Map<string, { readonly proof: Proof; readonly untilMs: number }>();
  return {
    recall(token) {
      const name = nameOf(token);
      const found = kept.get(name);
      if (found && found.untilMs > now()) return found.proof;
      kept.delete(name);
      return undefined;
    },
    keep(token, proof, expiresAt) {
      // The first key of a map is its oldest.
      const [oldest] = kept.size >= MAX_TOKENS ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(nameOf(token), { proof, untilMs: Math.min(expiresAt * 1000, now() + MAX_SECONDS * 1000) });
    },
  };
}

function nameOf(token: string): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(token).digest("base64");
}
