import type { HttpRequest, HttpResponse, Invocation, PlatformIdentity } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Caller } from "./caller.ts";
import { isSubject, toPrincipal } from "./principal.ts";

/** Reads whom a platform attests as the caller; undefined where it attests nobody. Throws when that cannot be found out. */
export type ReadPlatformIdentity = (
  request: HttpRequest,
  invocation: Invocation,
) => PlatformIdentity | undefined | Promise<PlatformIdentity | undefined>;

/** One way in which a platform attests callers. Adapters bring these; the core knows none. */
export interface PlatformIdentityProvider {
  /** The value of MCP_ANYCLOUD_PLATFORM_IDENTITY that selects it. */
  readonly kind: string;
  /** Whether its callers come with scopes. Default false. */
  readonly hasScopes?: boolean;
  /** Whether it checks MCP_ANYCLOUD_PLATFORM_AUDIENCE, which must then be set. Default false. */
  readonly needsAudience?: boolean;
  /** Whether it lets in callers of MCP_ANYCLOUD_TRUST_DOMAINS alone, which must then be set. Default false. */
  readonly needsTrustDomains?: boolean;
  /** Called once, when the endpoint is created. Throws CONFIG_INVALID for a restriction that it cannot check. */
  createReader(options: PlatformRestrictions): ReadPlatformIdentity;
}

/** The identities of a platform that count, where it has others, too. */
export interface PlatformRestrictions {
  readonly audience: string | undefined;
  readonly trustDomains?: readonly string[] | undefined;
}

/**
 * Lets in the callers that a platform attests. Without a provider it lets nobody in: `checkAuth` has refused such a
 * configuration before.
 */
export function createPlatformAuthenticator(
  provider: PlatformIdentityProvider | undefined,
  restrictions: PlatformRestrictions,
): Authenticator {
  const read = provider?.createReader(restrictions);
  return async (request, invocation) => {
    const identity = await read?.(request, invocation);
    return identity && isSubject(identity.subject) ? { caller: toCaller(identity) } : { refused: notAttested() };
  };
}

function toCaller({ issuer, subject, clientId, scopes = [], claims = {} }: PlatformIdentity): Caller {
  const principal = toPrincipal({ issuer, subject });
  return { principal, issuer, subject, ...(clientId !== undefined && { clientId }), scopes, claims };
}

/** Not a 401, which must name a way to authenticate (RFC 9110 §15.5.2): this way is the platform's, and HTTP has no name for it. */
const notAttested = (): HttpResponse =>
  errorResponse(403, { code: JsonRpcCode.HTTP_ERROR, message: "The platform does not say who calls." });
