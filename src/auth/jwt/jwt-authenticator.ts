import type { Authenticator } from "../authenticator.ts";
import { readBearer } from "../bearer.ts";
import type { Caller } from "../caller.ts";
import type { Challenges } from "../challenge.ts";
import { toPrincipal } from "../principal.ts";
import type { JwtProof } from "./jwt-verifier.ts";
import type { TokenCheck } from "./token-check.ts";

export interface JwtAuthenticatorOptions {
  readonly check: TokenCheck;
  readonly challenges: Challenges;
  /** The resource that tokens are for: the URL of the endpoint, as clients know it. */
  readonly publicUrl?: string | undefined;
}

/** Authenticates callers by access tokens of the configured issuers. */
export function createJwtAuthenticator({ check, challenges, publicUrl }: JwtAuthenticatorOptions): Authenticator {
  const { resourceMetadata: resourceMetadataUrl } = challenges;
  return async (request) => {
    const bearer = readBearer(request, challenges);
    if ("refused" in bearer) return bearer;
    const { token } = bearer;
    const proof = await check(token);
    if ("problem" in proof) return { refused: challenges.unauthorized("invalid_token", proof.problem) };
    const { clientId, scopes, expiresAt, claims } = proof;
    const authInfo = {
      token,
      clientId,
      scopes: [...scopes],
      expiresAt,
      // For servers that ask for scopes themselves.
      ...(resourceMetadataUrl && { resourceMetadataUrl }),
      ...(publicUrl && { resource: new URL(publicUrl) }),
      extra: { ...claims },
    };
    return { authInfo, caller: callerOf(proof) };
  };
}

/** The caller that a verified token names. */
function callerOf({ issuer, subject, clientId, scopes, claims }: JwtProof): Caller {
  return { principal: toPrincipal({ issuer, subject }), issuer, subject, clientId, scopes, claims };
}
