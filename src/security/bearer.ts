import { type AuthInfo, type OAuthTokenVerifier, requireBearerAuth } from "@modelcontextprotocol/server";
import { fromWebResponse, toWebRequest } from "../fetch.ts";
import type { HttpRequest, HttpResponse } from "../handler.ts";

/** What the token of a request proves, or the refusal to answer with. */
type BearerOutcome = { readonly authInfo: AuthInfo } | { readonly refused: HttpResponse };

/** Finds out whom the token of a request names. */
export type BearerGate = (request: HttpRequest) => Promise<BearerOutcome>;

/** Asks every request for a token that `verifier` accepts (RFC 6750; MCP, Authorization). */
export function createBearerGate(verifier: OAuthTokenVerifier): BearerGate {
  const verify = requireBearerAuth({ verifier });
  return async (request) => {
    const outcome = await verify(toWebRequest(request));
    return outcome instanceof Response ? { refused: await fromWebResponse(outcome) } : { authInfo: outcome };
  };
}
