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
import { isSubject, toPrincipal } from "./principal.ts";
import { BOUND_TOKEN, isBound } from "./sender-constraint.ts";

/** Names the caller of a token that a verifier accepted, when the verifier gives no `extra.sub`. */
export type PrincipalOf = (authInfo: AuthInfo) => string;

export interface VerifierAuthenticatorOptions {
  readonly verifier: OAuthTokenVerifier;
  /** Default: `extra.sub`. */
  readonly principalOf?: PrincipalOf | undefined;
  readonly challenges: Challenges;
  /** The resource that a token must be for, if it names one (RFC 8707). */
  readonly publicUrl?: string | undefined;
}

/** Authenticates callers by tokens that the server's own verifier accepts. */
export function createVerifierAuthenticator({
  verifier,
  principalOf = ({ extra }) => extra?.sub as string,
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
      if (isBound(authInfo.extra)) return { refused: challenges.unauthorized("invalid_token", BOUND_TOKEN) };
      const subject = principalOf(authInfo);
      if (!isSubject(subject)) return { refused: challenges.unauthorized("invalid_token", NO_SUBJECT) };
      const { resourceMetadata: resourceMetadataUrl } = challenges;
      return {
        authInfo: { ...(resourceMetadataUrl && { resourceMetadataUrl }), ...authInfo },
        caller: callerOf(authInfo, subject),
      };
    } catch (error) {
      const refused = error instanceof OAuthError ? refusalOf(error, challenges) : undefined;
      if (refused) return { refused };
      throw error;
    }
  };
}

/** Without a subject, all users of one OAuth client would be one caller. */
const NO_SUBJECT = "The token names no subject: its verifier must return extra.sub, or the server declare principalOf.";

/** The refusal of a token that the client can replace; undefined for a failure of the verifier itself. */
function refusalOf({ code, message }: OAuthError, challenges: Challenges): HttpResponse | undefined {
  if (code === OAuthErrorCode.InvalidToken) return challenges.unauthorized("invalid_token", message);
  if (code === OAuthErrorCode.InsufficientScope) return challenges.insufficientScope([], message);
  return code === OAuthErrorCode.InvalidRequest ? challenges.badRequest(message) : undefined;
}

const isSameResource = (one: URL, other: string): boolean => comparable(one.href) === comparable(new URL(other).href);
const comparable = (url: string): string => url.replace(/#.*$/, "").replace(/\/$/, "");

function callerOf({ clientId, scopes, extra = {} }: AuthInfo, subject: string): Caller {
  const issuer = typeof extra.iss === "string" ? extra.iss : undefined;
  return {
    principal: toPrincipal({ issuer, subject }),
    ...(issuer !== undefined && { issuer }),
    subject,
    clientId,
    scopes,
    claims: extra,
  };
}
