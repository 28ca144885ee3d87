import { SIGNATURE_ALGORITHMS } from "../config/token-issuer.ts";
import type { Authenticator } from "./authenticator.ts";
import { type Challenges, createChallenges } from "./challenge.ts";
import { type AuthenticationOptions, checkAuth } from "./check-auth.ts";
import { createJwtAuthenticator } from "./jwt/jwt-authenticator.ts";
import { createTokenCheck } from "./jwt/token-check.ts";
import { createPlatformAuthenticator, type PlatformIdentityProvider } from "./platform-identity.ts";
import { createProtectedResource, type ProtectedResource } from "./protected-resource.ts";
import { createVerifierAuthenticator } from "./verifier-authenticator.ts";

/** How an endpoint authenticates callers, and what it tells clients about that. */
export interface Authentication {
  /** Absent when everybody may call. */
  readonly authenticate: Authenticator | undefined;
  /** Whether callers have scopes, so that tools can ask for some. */
  readonly hasScopes: boolean;
  readonly challenges: Challenges;
  /** Absent when no tokens are needed, or their issuers are unknown. */
  readonly protectedResource: ProtectedResource | undefined;
}

/** The configured authentication. Throws CONFIG_INVALID when it cannot work, or when several kinds are configured. */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { config, verifier } = options;
  const { tokenIssuers, requiredScopes = [] } = config;
  checkAuth(options);
  const protectedResource = createProtectedResource({
    ...config,
    // The scopes of single tools would tell everybody that the tools exist, and clients would ask their users for all of them.
    scopes: requiredScopes,
    authorizationServers: tokenIssuers?.map(({ issuer }) => issuer) ?? (verifier && options.authorizationServers) ?? [],
  });
  const challenges = createChallenges({ ...config, hasMetadata: protectedResource !== undefined });
  const provider = options.platformIdentities?.find(({ kind }) => kind === config.platformIdentity);
  const hasScopes = Boolean(verifier ?? tokenIssuers ?? provider?.hasScopes);
  const authenticate = authenticatorOf(options, provider, challenges);
  return { authenticate, hasScopes, challenges, protectedResource };
}

function authenticatorOf(
  { config, verifier, principalOf }: AuthenticationOptions,
  provider: PlatformIdentityProvider | undefined,
  challenges: Challenges,
): Authenticator | undefined {
  const { tokenIssuers: issuers, publicUrl, platformIdentity, platformAudience: audience, trustDomains } = config;
  if (verifier) return createVerifierAuthenticator({ verifier, principalOf, challenges, publicUrl });
  if (issuers) {
    const check = createTokenCheck({ issuers, publicUrl, algorithms: SIGNATURE_ALGORITHMS });
    return createJwtAuthenticator({ check, challenges, publicUrl });
  }
  return platformIdentity === undefined ? undefined : createPlatformAuthenticator(provider, { audience, trustDomains });
}
