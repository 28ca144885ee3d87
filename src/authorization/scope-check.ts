import type { AuthInfo, JSONRPCRequest, ScopeChallengeHandler } from "@modelcontextprotocol/server";
import { ANYBODY } from "../auth/caller.ts";
import type { RequestContext } from "../auth/request-context.ts";

/** The scopes that the requests of a message need. */
export interface ScopeNeeds {
  readonly scopes: readonly string[];
  /** The server's own description of what is missing. */
  readonly description?: string;
}

export interface ScopeCheckOptions {
  readonly context: RequestContext;
  /** The requests to ask the server about. */
  readonly requests: readonly JSONRPCRequest[];
  /** Scopes that they need in any case. */
  readonly required: readonly string[];
}

/** The scopes that are not among a caller's. */
export const lackingScopes = (required: readonly string[], held: readonly string[]): string[] =>
  required.filter((scope) => !held.includes(scope));

/**
 * All scopes that an operation needs, when the caller lacks one of them: those that are required in any case, and those
 * that the server names for it (`scopeChallenge` of SDK v2), so that one challenge is enough (MCP 2026-07-28,
 * Authorization, Scope Challenge Handling). Undefined when nothing is lacking.
 */
export async function neededScopes(
  { context, requests, required }: ScopeCheckOptions,
  resolve: ScopeChallengeHandler | undefined,
): Promise<ScopeNeeds | undefined> {
  const isLacking = lackingScopes(required, context.caller.scopes).length > 0;
  const authInfo = authInfoOf(context);
  const challenges = [];
  for (const request of authInfo && resolve ? requests : []) {
    // Without any scopes, it names also those that the caller has: a token for the challenge replaces the one there is.
    const asked = isLacking && authInfo ? { ...authInfo, scopes: [] } : authInfo;
    const challenge = await resolve?.({ request, ...(asked && { authInfo: asked }) });
    if (challenge) challenges.push(challenge);
  }
  if (!isLacking && challenges.length === 0) return undefined;
  const description = challenges.find(({ errorDescription }) => errorDescription)?.errorDescription;
  const scopes = [...new Set([...required, ...challenges.flatMap(({ scopes }) => scopes)])];
  return { scopes, ...(description && { description }) };
}

/** SDK v2 asks for scopes only where there is a token. A caller that a platform attests has none, and no scopes. */
function authInfoOf({ authInfo, caller }: RequestContext): AuthInfo | undefined {
  if (authInfo || caller === ANYBODY) return authInfo;
  return { token: "", clientId: caller.clientId ?? "", scopes: [...caller.scopes] };
}
