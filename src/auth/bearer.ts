import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import type { Challenges } from "./challenge.ts";

/** `Bearer` and a token. It allows more characters than RFC 6750 §2.1, because a verifier may have tokens of any form. */
const BEARER = /^bearer +([!-+\--~]+)$/i;

/** The token of a request, or the response that refuses it. A token counts only in `Authorization`. */
export function readBearer(
  { url, headers }: HttpRequest,
  challenges: Challenges,
): { readonly token: string } | { readonly refused: HttpResponse } {
  // URLs end up in logs and histories, so a client that puts a token there must learn of it (MCP, Authorization, Token
  // Handling).
  if (hasTokenInQuery(url)) return { refused: challenges.badRequest("A token must not be in the URL.") };
  const { authorization } = headers;
  if (authorization === undefined || !/^bearer\b/i.test(authorization)) return { refused: challenges.unauthorized() };
  // Repeated headers are joined by a comma, and of two credentials either could be the wrong one.
  if (authorization.includes(",")) return { refused: challenges.badRequest("There must be one Authorization header.") };
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) return { refused: challenges.unauthorized("invalid_token", "The token is malformed.") };
  return { token };
}

function hasTokenInQuery(url: string): boolean {
  const mark = url.indexOf("?");
  return mark >= 0 && new URLSearchParams(url.slice(mark)).has("access_token");
}
