import type { ClaimValue, TokenIssuer } from "../../config/token-issuer.ts";
import { isSubject } from "../principal.ts";
import { BOUND_TOKEN, isBound } from "../sender-constraint.ts";

export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimRules {
  readonly issuer: TokenIssuer;
  readonly publicUrl: string | undefined;
  /** `typ` of the token's header. */
  readonly type: string | undefined;
}

/** The problem with the claims of a token whose signature and times are valid, in one sentence; undefined when there is none. */
export function claimProblem(claims: Claims, { issuer, publicUrl, type }: ClaimRules): string | undefined {
  if (!isSubject(claims.sub)) return "The token names no subject.";
  if (isBound(claims)) return BOUND_TOKEN;
  if (!isForUs(claims, issuer, publicUrl)) return "The token is for another audience.";
  if (!isAccessToken(claims, type)) return "The token is no access token.";
  // Access tokens name the client that they were issued to (RFC 9068 §2.2); the ID tokens of some issuers can be told apart
  // only because they do not.
  if (clientOf(claims, issuer) === undefined) return "The token does not say which client it was issued to.";
  const wrong = Object.entries(issuer.requiredClaims ?? {}).some(([name, values]) => !hasOneOf(claims[name], values));
  return wrong ? "The token lacks a claim that is required here." : undefined;
}

function isForUs(claims: Claims, { audiences, audienceClaim = "aud" }: TokenIssuer, publicUrl = ""): boolean {
  // Clients that follow RFC 8707 name the resource as their URL parser prints it, with or without a final slash.
  const ours = audiences ?? [publicUrl, `${publicUrl}/`, publicUrl.replace(/\/$/, "")];
  return textsOf(claims[audienceClaim]).some((audience) => ours.includes(audience));
}

/** Claims of ID tokens, which give no access: OpenID Connect Core §2 and §3.3.2.11. */
const ID_TOKEN_CLAIMS = ["nonce", "at_hash", "c_hash", "s_hash"];

/**
 * Issuers mark access tokens in one of three places: a claim `token_use`, a claim `typ`, or `typ` of the header (RFC 9068).
 * A token without a mark is an ID token when it has a claim that only ID tokens have.
 */
function isAccessToken({ token_use: use, typ, ...claims }: Claims, type: string | undefined): boolean {
  if (use !== undefined && use !== "access") return false;
  if (typ !== undefined && typ !== "Bearer") return false;
  const isMarked = use !== undefined || typ !== undefined || /at\+jwt$/i.test(type ?? "");
  return isMarked || ID_TOKEN_CLAIMS.every((name) => claims[name] === undefined);
}

/** The client that a token was issued to: `client_id` (RFC 9068), `azp` (OpenID Connect), `appid`, or the issuer's setting. */
export function clientOf(claims: Claims, { clientIdClaim }: TokenIssuer): string | undefined {
  const names = clientIdClaim === undefined ? ["client_id", "azp", "appid"] : [clientIdClaim];
  return names.map((name) => claims[name]).find((value) => typeof value === "string" && value !== "") as
    | string
    | undefined;
}

/** The scopes of a token: `scope` (RFC 9068 §2.2.3), `scp`, or the claim that the issuer's setting names. */
export function scopesOf(claims: Claims, { scopeClaim }: TokenIssuer): readonly string[] {
  const names = scopeClaim === undefined ? ["scope", "scp"] : [scopeClaim];
  const scopes = names.flatMap((name) => textsOf(claims[name])).flatMap((text) => text.split(" "));
  return [...new Set(scopes)].filter((scope) => scope !== "");
}

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");

const hasOneOf = (value: unknown, values: readonly ClaimValue[]): boolean =>
  (Array.isArray(value) ? value : [value]).some((item) => values.includes(item));
