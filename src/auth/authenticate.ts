import type { OAuthTokenVerifier } from "@modelcontextprotocol/server";
import type { Config } from "../config/config.ts";
import { type Challenges, createChallenges } from "./challenge.ts";
import { checkAccess } from "./check-auth.ts";
import type { Identify } from "./authenticator.ts";
import { identifyByPlatform } from "./platform-identity.ts";
import { createProtectedResource, type ProtectedResource } from "./protected-resource.ts";
import { createTokenCheck } from "./jwt/token-check.ts";
import { identifyByTokens } from "./jwt/jwt-authenticator.ts";
import { SIGNATURE_ALGORITHMS } from "../config/token-issuer.ts";
import { identifyByVerifier } from "./verifier-authenticator.ts";

export interface AccessOptions {
  readonly config: Config;
  /** Checks tokens instead of configured issuers. */
  readonly verifier?: OAuthTokenVerifier | undefined;
  /** Who issues what `verifier` accepts. */
  readonly authorizationServers?: readonly string[] | undefined;
  /** Scopes that one or another tool asks for, for the metadata. */
  readonly toolScopes?: readonly string[];
  /** Where the keys of Google's Identity-Aware Proxy are. Default: Google's. */
  readonly iapKeysUrl?: string | undefined;
}

/** How an endpoint finds out who calls, and what it says of that. */
export interface Access {
  /** Absent where everybody may call. */
  readonly identify: Identify | undefined;
  /** Whether callers come with scopes, so that some can be asked for. */
  readonly hasScopes: boolean;
  readonly challenges: Challenges;
  /** Absent where no tokens are asked for, or nobody knows who issues them. */
  readonly protectedResource: ProtectedResource | undefined;
}

/** The one way in that is configured. Throws CONFIG_INVALID for none that would work, and for several. */
export function createAccess(options: AccessOptions): Access {
  const { config, verifier, toolScopes = [] } = options;
  const { tokenIssuers, requiredScopes = [] } = config;
  checkAccess(options);
  const protectedResource = createProtectedResource({
    ...config,
    scopes: [...new Set([...requiredScopes, ...toolScopes])],
    authorizationServers: tokenIssuers?.map(({ issuer }) => issuer) ?? (verifier && options.authorizationServers) ?? [],
  });
  const challenges = createChallenges({ ...config, hasMetadata: protectedResource !== undefined });
  const hasScopes = Boolean(verifier ?? tokenIssuers) || config.platformIdentity === "azure-easy-auth";
  return { identify: identifier(options, challenges), hasScopes, challenges, protectedResource };
}

function identifier({ config, verifier, iapKeysUrl }: AccessOptions, challenges: Challenges): Identify | undefined {
  const { tokenIssuers: issuers, publicUrl, platformIdentity, platformAudience } = config;
  if (verifier) return identifyByVerifier({ verifier, challenges, publicUrl });
  if (issuers) {
    const check = createTokenCheck({ issuers, publicUrl, algorithms: SIGNATURE_ALGORITHMS });
    return identifyByTokens({ check, challenges, publicUrl });
  }
  return platformIdentity && identifyByPlatform(platformIdentity, { audience: platformAudience, keysUrl: iapKeysUrl });
}
