/** Remembers what tokens proved, for a while. */
export interface TokenCache<Proof> {
  recall(token: string): Proof | undefined;
  /** Keeps what `token` proved until it expires, in Unix seconds, or for `MAX_SECONDS`, whichever is sooner. */
  keep(token: string, proof: Proof, expiresAt: number): void;
}

/** A token whose key its issuer withdraws goes on for so long here, and no longer than it would have anyway. */
const MAX_SECONDS = 300;

/** So that whoever has many tokens does not fill the memory: what is forgotten is verified once more. */
const MAX_TOKENS = 1000;

/**
 * Verified tokens of this process. Safe, because a token proves the same until it expires, other than for what
 * `MAX_SECONDS` bounds; because only what was verified is kept; and because tokens are known by their SHA-256 alone, so
 * that nothing that reads the memory of the process finds one here.
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
