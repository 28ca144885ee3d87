import type { ClaimValue, TokenIssuer } from "../../config/token-issuer.ts";

export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimRules {
  readonly issuer: TokenIssuer;
  readonly publicUrl: string | undefined;
  /** `typ` of the token's header. */
  readonly type: string | undefined;
}

/** What is wrong with the claims of a token whose signature and times are right, in one sentence. */
export function claimProblem(claims: Claims, { issuer, publicUrl, type }: ClaimRules): string | undefined {
  if (!isForUs(claims, issuer, publicUrl)) return "The token is for another audience.";
  if (!isAccessToken(claims, type)) return "The token is no access token.";
  // Authentication tokens say whom they were issued to (RFC 9068 §2.2), and some ID tokens are known by not saying it (Entra).
  if (clientOf(claims, issuer) === undefined) return "The token does not say which client it was issued to.";
  const wrong = Object.entries(issuer.requiredClaims ?? {}).some(([name, values]) => !hasOneOf(claims[name], values));
  return wrong ? "The token lacks a claim that is required here." : undefined;
}

function isForUs(claims: Claims, { audiences, audienceClaim = "aud" }: TokenIssuer, publicUrl = ""): boolean {
  // Clients that follow RFC 8707 name the resource as they parsed it, which may end with another slash.
  const ours = audiences ?? [publicUrl, `${publicUrl}/`, publicUrl.replace(/\/$/, "")];
  return textsOf(claims[audienceClaim]).some((audience) => ours.includes(audience));
}

/** Made for a client to read, and no proof of access: OpenID Connect Core §2 and §3.3.2.11. */
const OF_ID_TOKENS = ["nonce", "at_hash", "c_hash", "s_hash"];

/**
 * Cognito says in `token_use` what a token is, Keycloak in a claim `typ`, and RFC 9068 in the header. Where nobody says
 * so, a token with what only ID tokens have is one.
 */
function isAccessToken({ token_use: use, typ, ...claims }: Claims, type: string | undefined): boolean {
  if (use !== undefined && use !== "access") return false;
  if (typ !== undefined && typ !== "Bearer") return false;
  const isMarked = use !== undefined || typ !== undefined || /at\+jwt$/i.test(type ?? "");
  return isMarked || OF_ID_TOKENS.every((name) => claims[name] === undefined);
}

/** The client that a token was issued to, by the names that RFC 9068, OpenID Connect, and Entra's first version have. */
export function clientOf(claims: Claims, { clientIdClaim }: TokenIssuer): string | undefined {
  const names = clientIdClaim === undefined ? ["client_id", "azp", "appid"] : [clientIdClaim];
  return names.map((name) => claims[name]).find((value) => typeof value === "string" && value !== "") as
    | string
    | undefined;
}

/** What a token allows: `scope` (RFC 9068 §2.2.3), `scp` with Entra, or what the issuer's entry names. */
export function scopesOf(claims: Claims, { scopeClaim }: TokenIssuer): readonly string[] {
  const names = scopeClaim === undefined ? ["scope", "scp"] : [scopeClaim];
  const scopes = names.flatMap((name) => textsOf(claims[name])).flatMap((text) => text.split(" "));
  return [...new Set(scopes)].filter((scope) => scope !== "");
}

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");

const hasOneOf = (value: unknown, values: readonly ClaimValue[]): boolean =>
  (Array.isArray(value) ? value : [value]).some((item) => values.includes(item));
