/**
 * Verifies JSON Web Tokens. It is imported for the first token, and bundled with jose into a file of its own, so that an
 * endpoint without tokens pays nothing. Modules of the core that it imports are in that file a second time, so it must not
 * import a class whose identity matters, such as an error. It therefore returns its failures and throws nothing.
 */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { TokenIssuer } from "../../config/token-issuer.ts";
import { createJwksCache, type JwksCache, KeysUnavailable } from "./jwks-cache.ts";
import { claimProblem, clientOf, scopesOf } from "./jwt-claims.ts";

export interface JwtVerifierOptions {
  readonly issuers: readonly TokenIssuer[];
  /** The audience of tokens, unless the issuer's setting names others. */
  readonly publicUrl?: string | undefined;
  /** Accepted signature algorithms, unless the issuer's setting names others. */
  readonly algorithms: readonly string[];
  /** Unix time in milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** The verified contents of a token. */
export interface JwtProof {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Unix time in seconds. */
  readonly expiresAt: number;
  /** All claims of the token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

type Verdict = JwtProof | { readonly problem: string } | { readonly unavailable: Error; readonly issuer: string };

export type JwtVerifier = (token: string) => Promise<Verdict>;

/** Largest accepted difference between clocks. */
const SKEW_SECONDS = 30;

/** Accepted types. Tokens of another purpose, such as `logout+jwt` or `dpop+jwt`, have another (RFC 8725 §3.11). */
const TYPES = new Set([undefined, "jwt", "at+jwt", "application/at+jwt"]);

/** Accepts tokens of the issuers, each by its own rules (RFC 7519 §7.2, RFC 9068 §4, RFC 8725). */
export function createJwtVerifier({ issuers, publicUrl, algorithms, now = Date.now }: JwtVerifierOptions): JwtVerifier {
  const known = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: createJwksCache(issuer, now) }]));
  return async (token) => {
    try {
      const { typ, alg } = decodeProtectedHeader(token);
      if (!TYPES.has(typ?.toLowerCase())) return { problem: "The token is of a type that gives no access." };
      // Not verified yet: it only selects one of the configured issuers.
      const { issuer, keys } = known.get(decodeJwt(token).iss ?? "") ?? {};
      if (!issuer || !keys) return { problem: "The token is from an issuer that is not accepted." };
      const accepted = [...(issuer.algorithms ?? algorithms)];
      if (!accepted.includes(alg ?? "")) return { problem: "The token is signed in a way that is not accepted." };
      return await verify(token, { issuer, keys, accepted, publicUrl, now });
    } catch (error) {
      return { problem: problemOf(error) };
    }
  };
}

interface Rules {
  readonly issuer: TokenIssuer;
  readonly keys: JwksCache;
  readonly accepted: string[];
  readonly publicUrl: string | undefined;
  readonly now: () => number;
}

async function verify(token: string, { issuer, keys, accepted, publicUrl, now }: Rules): Promise<Verdict> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: accepted,
      issuer: issuer.issuer,
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(now()),
      requiredClaims: ["exp"],
    });
    const problem = claimProblem(payload, { issuer, publicUrl, type: protectedHeader.typ });
    if (problem !== undefined) return { problem };
    const { sub = "", exp = 0 } = payload;
    const clientId = clientOf(payload, issuer) ?? "";
    const scopes = scopesOf(payload, issuer);
    // The proof is cached, so a server must not be able to change it.
    return freeze({ issuer: issuer.issuer, subject: sub, clientId, scopes, expiresAt: exp, claims: payload });
  } catch (error) {
    if (error instanceof KeysUnavailable) return { unavailable: error, issuer: issuer.issuer };
    throw error;
  }
}

/** The reason, in words that repeat nothing of the token. */
function problemOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "nbf" ? "The token is not valid yet." : "The token lacks what a token must say.";
  }
  if (error instanceof errors.JWKSNoMatchingKey) return "The token is signed with a key that its issuer does not have.";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The signature of the token is wrong.";
  return "The token is malformed.";
}

/** Freezes a JSON value deeply. */
function freeze<Json>(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  for (const item of Object.values(value)) freeze(item);
  return Object.freeze(value);
}
