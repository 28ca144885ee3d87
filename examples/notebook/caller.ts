import type { AuthInfo } from "@modelcontextprotocol/server";

/**
 * Whose notes a request is about: the user that the access token names, else the client it was issued to. Without a
 * token the server is public, and everyone writes in one book.
 */
export function callerOf(authInfo: AuthInfo | undefined): string {
  if (!authInfo) return "everyone";
  const subject = authInfo.extra?.sub;
  // The prefixes keep a user, a client and "everyone" apart even if they have the same name.
  return typeof subject === "string" ? `user ${subject}` : `client ${authInfo.clientId}`;
}
