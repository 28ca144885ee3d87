import type { Settings } from "./setting.ts";
import { parseTokenIssuers, type TokenIssuer } from "./token-issuer.ts";
import { listOf, parsedBy, textLike } from "./value-type.ts";

/** How the endpoint authenticates callers. */
export interface AuthConfig {
  /**
   * URL of the endpoint, exactly as clients know it. Tokens must be issued for it, and the metadata for clients (RFC 9728)
   * name it. It is never taken from a request.
   */
  readonly publicUrl?: string;
  /**
   * Authorization servers whose access tokens are accepted. Every request must then carry such a token. docs/access.md has
   * examples.
   */
  readonly tokenIssuers?: readonly TokenIssuer[];
  /** Scopes that every token must have. Scopes of single tools belong in `defineServer({ tools })`. */
  readonly requiredScopes?: readonly string[];
  /**
   * The kind of identity by which the platform attests callers, instead of tokens. Name it only where the platform checks
   * every request: docs/access.md says what each kind needs.
   */
  readonly platformIdentity?: string;
  /** Audience that the platform's assertions must name, where they name one. */
  readonly platformAudience?: string;
  /** Trust domains whose workloads may call, of a platform identity that is a SPIFFE ID, such as `cluster.local`. */
  readonly trustDomains?: readonly string[];
}

/** Without user, query and fragment. Plain http is for servers on this machine. */
const PUBLIC_URL = /^(https:\/\/[^/?#@\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?)(\/[^?#\s]*)?$/;

/** Characters of a scope (RFC 6749 §3.3), without the comma, which separates scopes here. */
const SCOPE = /^[!#-+\-.-[\]-~]+$/;

/** SPIFFE-ID §2.1. */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;

export const AUTH_SETTINGS: Settings<AuthConfig> = {
  publicUrl: {
    variable: "MCP_ANYCLOUD_PUBLIC_URL",
    type: textLike(
      PUBLIC_URL,
      "be the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp",
      URL.canParse,
    ),
  },
  tokenIssuers: {
    variable: "MCP_ANYCLOUD_TOKEN_ISSUERS",
    type: parsedBy(
      parseTokenIssuers,
      "be https URLs of issuers, separated by commas, or a JSON array of objects with issuer, audiences, audienceClaim, jwksUri, algorithms, scopeClaim, clientIdClaim and requiredClaims, of which only issuer is required",
    ),
    setByDeployment: true,
  },
  requiredScopes: {
    variable: "MCP_ANYCLOUD_REQUIRED_SCOPES",
    type: listOf({ pattern: SCOPE }, "be scopes without quotes and backslashes"),
    setByDeployment: true,
  },
  platformIdentity: {
    variable: "MCP_ANYCLOUD_PLATFORM_IDENTITY",
    type: textLike(/^[a-z][a-z\d-]{0,63}$/, "be a kind of identity, in lower-case letters, digits and hyphens"),
    setByDeployment: true,
  },
  platformAudience: {
    variable: "MCP_ANYCLOUD_PLATFORM_AUDIENCE",
    type: textLike(/^\S{1,512}$/, "be the audience that the platform's assertions name, without spaces"),
    setByDeployment: true,
  },
  trustDomains: {
    variable: "MCP_ANYCLOUD_TRUST_DOMAINS",
    type: listOf({ pattern: TRUST_DOMAIN }, "be names of trust domains, such as cluster.local"),
    setByDeployment: true,
  },
};
