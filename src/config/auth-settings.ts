import * as z from "zod/v4";
import { isSecureUrl } from "./secure-url.ts";
import type { Settings } from "./settings.ts";
import { parseIssuers, type TokenIssuer, tokenIssuers } from "./token-issuer.ts";

/** How an endpoint authenticates callers. */
export interface AuthConfig {
  /**
   * URL of the endpoint, exactly as clients know it: tokens are issued for it, and its metadata names it (RFC 9728). Never
   * taken from a request. Default: none.
   */
  readonly publicUrl?: string;
  /** Authorization servers whose tokens are accepted. Every request must then carry one. Default: none. */
  readonly tokenIssuers?: readonly TokenIssuer[];
  /** Scopes that every request needs. Default: none. */
  readonly requiredScopes?: readonly string[];
  /** How the platform attests callers, instead of tokens: the kind of a provider that the entry brings. Default: not at all. */
  readonly platformIdentity?: string;
  /** The audience that the platform's assertions must name, where they name one. */
  readonly platformAudience?: string;
}

/** Characters of a scope (RFC 6749 §3.3), without the comma, which separates them here. */
const SCOPE = /^[!#-+\-.-[\]-~]+$/;

/** The variables of authentication. */
export const AUTH_SETTINGS: Settings<keyof AuthConfig> = {
  MCP_ANYCLOUD_PUBLIC_URL: {
    field: "publicUrl",
    schema: () => z.string().refine(isSecureUrl),
    must: "be the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp",
  },
  MCP_ANYCLOUD_TOKEN_ISSUERS: {
    field: "tokenIssuers",
    schema: () => z.string().transform(parseIssuers).pipe(tokenIssuers()),
    must: "be https URLs of issuers, separated by commas, or a JSON array of objects with issuer, audiences, audienceClaim, jwksUri, algorithms, scopeClaim, clientIdClaim and requiredClaims, of which only issuer must be there",
  },
  MCP_ANYCLOUD_REQUIRED_SCOPES: {
    field: "requiredScopes",
    schema: () =>
      z
        .string()
        .transform((text) => text.split(/[\s,]+/).filter((scope) => scope !== ""))
        .refine((scopes) => scopes.length > 0 && scopes.every((scope) => SCOPE.test(scope))),
    must: "be scopes, separated by spaces or commas",
  },
  MCP_ANYCLOUD_PLATFORM_IDENTITY: {
    field: "platformIdentity",
    schema: () => z.string().regex(/^[a-z][a-z\d-]{0,63}$/),
    must: "be the word for how the platform attests callers, in lower-case letters, digits and hyphens",
  },
  MCP_ANYCLOUD_PLATFORM_AUDIENCE: {
    field: "platformAudience",
    schema: () => z.string().regex(/^\S{1,512}$/),
    must: "be the audience that the platform's assertions name, without spaces",
  },
};
