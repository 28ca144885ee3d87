import { AnycloudError } from "../../errors.ts";
import type { JwtProof, JwtVerifier, JwtVerifierOptions } from "./jwt-verifier.ts";
import { createTokenCache } from "./token-cache.ts";

/** Verifies a token: returns its proof, or one sentence that says why it proves nothing. Throws ISSUER_UNAVAILABLE. */
export type TokenCheck = (token: string) => Promise<JwtProof | { readonly problem: string }>;

/** Checks tokens of the given issuers. The verifier is loaded for the first token, and then caches the issuers' keys. */
export function createTokenCheck(options: JwtVerifierOptions): TokenCheck {
  const cache = createTokenCache<JwtProof>(options.now ?? Date.now);
  let verifier: Promise<JwtVerifier> | undefined;
  return async (token) => {
    const known = cache.recall(token);
    if (known) return known;
    verifier ??= import("./jwt-verifier.ts").then(({ createJwtVerifier }) => createJwtVerifier(options));
    const verdict = await (await verifier)(token);
    if ("unavailable" in verdict) {
      const message = `The keys of the issuer ${verdict.issuer} cannot be had: no token of it can be checked.`;
      throw new AnycloudError("ISSUER_UNAVAILABLE", message, { cause: verdict.unavailable });
    }
    if ("claims" in verdict) cache.keep(token, verdict, verdict.expiresAt);
    return verdict;
  };
}
