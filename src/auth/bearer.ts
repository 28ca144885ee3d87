import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import type { Challenges } from "./challenge.ts";

/** `Bearer` and a token. More characters than RFC 6750 §2.1 gives one: what a verifier's tokens look like is its affair. */
const BEARER = /^bearer +([!-+\--~]+)$/i;

/** The token of a request, or the refusal to answer with. A token counts in `Authorization` and nowhere else. */
export function readBearer(
  { url, headers }: HttpRequest,
  challenges: Challenges,
): { readonly token: string } | { readonly refused: HttpResponse } {
  // Those end up in logs and histories, so whoever puts one there must hear of it (MCP, Authorization, Token Handling).
  if (hasTokenInQuery(url)) return { refused: challenges.badRequest("A token must not be in the URL.") };
  const { authorization } = headers;
  if (authorization === undefined || !/^bearer\b/i.test(authorization)) return { refused: challenges.unauthorized() };
  // Repeated headers are joined, and whoever reads one of two credentials reads the wrong one sometimes.
  if (authorization.includes(",")) return { refused: challenges.badRequest("There must be one Authorization header.") };
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) return { refused: challenges.unauthorized("invalid_token", "The token is malformed.") };
  return { token };
}

function hasTokenInQuery(url: string): boolean {
  const mark = url.indexOf("?");
  return mark >= 0 && new URLSearchParams(url.slice(mark)).has("access_token");
}
