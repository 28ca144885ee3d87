import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import type { Config } from "../config/config.ts";
import { SIGNATURE_ALGORITHMS } from "../config/token-issuer.ts";
import type { Authenticator } from "./authenticator.ts";
import { type Challenges, createChallenges } from "./challenge.ts";
import { checkAuth } from "./check-auth.ts";
import { createJwtAuthenticator } from "./jwt/jwt-authenticator.ts";
import { createTokenCheck } from "./jwt/token-check.ts";
import { createPlatformAuthenticator, type PlatformIdentityProvider } from "./platform-identity.ts";
import { createProtectedResource, type ProtectedResource } from "./protected-resource.ts";
import { createVerifierAuthenticator } from "./verifier-authenticator.ts";

export interface AuthenticationOptions {
  readonly config: Config;
  /** Checks tokens instead of configured issuers. */
  readonly verifier?: OAuthTokenVerifier | undefined;
  /** Who issues what `verifier` accepts. */
  readonly authorizationServers?: readonly string[] | undefined;
  /** Scopes that one or another tool asks for, for the metadata. */
  readonly toolScopes?: readonly string[];
  /** How the platform can attest callers; the configuration selects one by its kind. */
  readonly platformIdentities?: readonly PlatformIdentityProvider[] | undefined;
}

/** How an endpoint finds out who calls, and what it says of that. */
export interface Authentication {
  /** Absent where everybody may call. */
  readonly authenticate: Authenticator | undefined;
  /** Whether callers come with scopes, so that some can be asked for. */
  readonly hasScopes: boolean;
  readonly challenges: Challenges;
  /** Absent where no tokens are asked for, or nobody knows who issues them. */
  readonly protectedResource: ProtectedResource | undefined;
}

/** The one way in that is configured. Throws CONFIG_INVALID for none that would work, and for several. */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { config, verifier, toolScopes = [] } = options;
  const { tokenIssuers, requiredScopes = [] } = config;
  checkAuth(options);
  const protectedResource = createProtectedResource({
    ...config,
    scopes: [...new Set([...requiredScopes, ...toolScopes])],
    authorizationServers: tokenIssuers?.map(({ issuer }) => issuer) ?? (verifier && options.authorizationServers) ?? [],
  });
  const challenges = createChallenges({ ...config, hasMetadata: protectedResource !== undefined });
  const provider = options.platformIdentities?.find(({ kind }) => kind === config.platformIdentity);
  const hasScopes = Boolean(verifier ?? tokenIssuers ?? provider?.hasScopes);
  const authenticate = authenticatorOf(options, provider, challenges);
  return { authenticate, hasScopes, challenges, protectedResource };
}

function authenticatorOf(
  { config, verifier }: AuthenticationOptions,
  provider: PlatformIdentityProvider | undefined,
  challenges: Challenges,
): Authenticator | undefined {
  const { tokenIssuers: issuers, publicUrl, platformIdentity, platformAudience } = config;
  if (verifier) return createVerifierAuthenticator({ verifier, challenges, publicUrl });
  if (issuers) {
    const check = createTokenCheck({ issuers, publicUrl, algorithms: SIGNATURE_ALGORITHMS });
    return createJwtAuthenticator({ check, challenges, publicUrl });
  }
  return platformIdentity === undefined ? undefined : createPlatformAuthenticator(provider, platformAudience);
}
