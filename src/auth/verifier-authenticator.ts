import {
  type AuthInfo,
  OAuthError,
  OAuthErrorCode,
  type OAuthTokenVerifier,
  verifyBearerToken,
} from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import type { Authenticator } from "./authenticator.ts";
import { readBearer } from "./bearer.ts";
import type { Caller } from "./caller.ts";
import type { Challenges } from "./challenge.ts";
import { principalOf } from "./principal.ts";

export interface VerifierAuthenticatorOptions {
  readonly verifier: OAuthTokenVerifier;
  readonly challenges: Challenges;
  /** The resource that a token must be for, if it names one (RFC 8707). */
  readonly publicUrl?: string | undefined;
}

/** Authenticates callers by tokens that the server's own verifier accepts. */
export function createVerifierAuthenticator({
  verifier,
  challenges,
  publicUrl,
}: VerifierAuthenticatorOptions): Authenticator {
  return async (request) => {
    const bearer = readBearer(request, challenges);
    if ("refused" in bearer) return bearer;
    try {
      const authInfo = await verifyBearerToken(`Bearer ${bearer.token}`, { verifier });
      if (authInfo.resource && publicUrl && !isSameResource(authInfo.resource, publicUrl)) {
        return { refused: challenges.unauthorized("invalid_token", "The token is for another resource.") };
      }
      const { resourceMetadata: resourceMetadataUrl } = challenges;
      return {
        authInfo: { ...(resourceMetadataUrl && { resourceMetadataUrl }), ...authInfo },
        caller: callerOf(authInfo),
      };
    } catch (error) {
      const refused = error instanceof OAuthError ? refusalOf(error, challenges) : undefined;
      if (refused) return { refused };
      throw error;
    }
  };
}

/** The refusal of a token that the client can replace; undefined for a failure of the verifier itself. */
function refusalOf({ code, message }: OAuthError, challenges: Challenges): HttpResponse | undefined {
  if (code === OAuthErrorCode.InvalidToken) return challenges.unauthorized("invalid_token", message);
  if (code === OAuthErrorCode.InsufficientScope) return challenges.insufficientScope([], message);
  return code === OAuthErrorCode.InvalidRequest ? challenges.badRequest(message) : undefined;
}

const isSameResource = (one: URL, other: string): boolean => comparable(one.href) === comparable(new URL(other).href);
const comparable = (url: string): string => url.replace(/#.*$/, "").replace(/\/$/, "");

function callerOf({ clientId, scopes, extra = {} }: AuthInfo): Caller {
  const issuer = typeof extra.iss === "string" ? extra.iss : undefined;
  const subject = typeof extra.sub === "string" ? extra.sub : undefined;
  return {
    principal: principalOf({ issuer, subject, clientId }),
    ...(issuer !== undefined && { issuer }),
    ...(subject !== undefined && { subject }),
    clientId,
    scopes,
    claims: extra,
  };
}
