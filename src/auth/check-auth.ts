import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import type { Config } from "../config/config.ts";
import { isSecureUrl } from "../config/secure-url.ts";
import { tokenIssuers } from "../config/token-issuer.ts";
import { AnycloudError } from "../errors.ts";
import type { PlatformIdentityProvider } from "./platform-identity.ts";
import type { PrincipalOf } from "./verifier-authenticator.ts";

export interface AuthenticationOptions {
  readonly config: Config;
  /** Checks tokens, in place of configured issuers. */
  readonly verifier?: OAuthTokenVerifier | undefined;
  /** The issuers of the tokens that `verifier` accepts. */
  readonly authorizationServers?: readonly string[] | undefined;
  /** Names the caller of a token that `verifier` accepted. */
  readonly principalOf?: PrincipalOf | undefined;
  /** How the platform can attest callers; the configuration selects one by its kind. */
  readonly platformIdentities?: readonly PlatformIdentityProvider[] | undefined;
}

/**
 * Checks that at most one kind of authentication is configured, with everything that it needs, by the environment or by
 * options. Throws CONFIG_INVALID with every problem in one sentence.
 */
export function checkAuth(options: AuthenticationOptions): void {
  const { config, verifier } = options;
  const problems = [
    ...methodProblems(config, verifier !== undefined),
    ...issuerProblems(config),
    ...platformProblems(options),
    ...partProblems(options),
  ];
  if (problems.length > 0)
    throw new AnycloudError("CONFIG_INVALID", `Authentication is not configured: ${problems.join("; ")}.`);
}

function* methodProblems(config: Config, hasVerifier: boolean): Iterable<string> {
  const methods = [
    hasVerifier && "a verifier of the server's own",
    config.tokenIssuers && "MCP_ANYCLOUD_TOKEN_ISSUERS",
    config.platformIdentity !== undefined && "MCP_ANYCLOUD_PLATFORM_IDENTITY",
  ].filter((method) => method !== false && method !== undefined);
  if (methods.length > 1) {
    yield `${methods.join(" and ")} are ${methods.length} ways to authenticate: keep one of them`;
  }
  if (config.requiredScopes && !hasVerifier && !config.tokenIssuers) {
    yield "MCP_ANYCLOUD_REQUIRED_SCOPES needs tokens to be in: set MCP_ANYCLOUD_TOKEN_ISSUERS, too";
  }
}

function* issuerProblems({ tokenIssuers: issuers, publicUrl }: Config): Iterable<string> {
  // Options may be as wrong as the environment, and nothing else validates them.
  if (issuers && !tokenIssuers().safeParse(issuers).success) yield "tokenIssuers are not issuers with valid settings";
  for (const { issuer, audiences, audienceClaim = "aud" } of issuers ?? []) {
    if (audiences) continue;
    if (audienceClaim === "client_id") yield `the issuer ${issuer} needs audiences: the ids of the clients to let in`;
    else if (publicUrl === undefined) yield `the issuer ${issuer} needs MCP_ANYCLOUD_PUBLIC_URL, or audiences`;
  }
}

function* platformProblems({ config, platformIdentities = [] }: AuthenticationOptions): Iterable<string> {
  const { platformIdentity: kind, platformAudience, trustDomains } = config;
  const kinds = platformIdentities.map((provider) => provider.kind);
  const matches = platformIdentities.filter((provider) => provider.kind === kind);
  if (kind !== undefined && matches.length === 0) {
    const offered =
      kinds.length > 0
        ? `${kinds.join(" and ")}: set one of those`
        : "none: pass createMcpEndpoint its platformIdentities";
    yield `MCP_ANYCLOUD_PLATFORM_IDENTITY is ${kind}, and this entry offers ${offered}`;
  }
  if (matches.length > 1) yield `platformIdentities holds ${kind} ${matches.length} times: keep one of them`;
  const needsAudience = matches.some((provider) => provider.needsAudience);
  if (needsAudience && !platformAudience) {
    yield `${kind} needs MCP_ANYCLOUD_PLATFORM_AUDIENCE: assertions for other services must not count`;
  }
  if (platformAudience && !needsAudience) {
    yield `MCP_ANYCLOUD_PLATFORM_AUDIENCE is set, and ${unchecked(kind)}: unset it`;
  }
  const needsTrustDomains = matches.some((provider) => provider.needsTrustDomains);
  if (needsTrustDomains && !trustDomains?.length) {
    yield `${kind} needs MCP_ANYCLOUD_TRUST_DOMAINS: workloads of other meshes must not count`;
  }
  if (trustDomains && !needsTrustDomains) {
    yield `MCP_ANYCLOUD_TRUST_DOMAINS is set, and ${unchecked(kind)}: unset it`;
  }
}

function* partProblems(options: AuthenticationOptions): Iterable<string> {
  const { config, verifier, principalOf, authorizationServers } = options;
  const { publicUrl, path } = config;
  if (principalOf && !verifier) yield "principalOf names the callers of a verifier, and the server has none";
  if (principalOf && typeof principalOf !== "function") yield "principalOf is not a function";
  if (publicUrl !== undefined && !isSecureUrl(publicUrl))
    yield "MCP_ANYCLOUD_PUBLIC_URL is not an https URL without query";
  if (authorizationServers && (!verifier || publicUrl === undefined)) {
    yield "authorizationServers need a verifier and MCP_ANYCLOUD_PUBLIC_URL";
  }
  if (/^\/(\.well-known|health)(\/|$)/.test(path)) yield `MCP_ANYCLOUD_PATH must not be ${path}, which is taken`;
}

const unchecked = (kind: string | undefined): string =>
  kind === undefined ? "there is no platform identity that checks it" : `${kind} does not check it`;
