import type { AuthInfo } from "@modelcontextprotocol/server";

/** Who makes a request, as one opaque text: equal for the same caller, different for different ones. */
export type Principal = string;

/** The principal of everybody, where the endpoint asks for no token. */
const ANONYMOUS: Principal = "anonymous";

/**
 * The caller that a verified token names: its subject at its issuer, else the client it was issued to.
 * The parts are told apart by JSON's quotes, so that no choice of names makes two callers one.
 */
export function principalOf(authInfo: AuthInfo | undefined): Principal {
  if (!authInfo) return ANONYMOUS;
  const { iss, sub } = authInfo.extra ?? {};
  if (typeof sub === "string") return JSON.stringify([typeof iss === "string" ? iss : "", sub]);
  return JSON.stringify([authInfo.clientId]);
}
