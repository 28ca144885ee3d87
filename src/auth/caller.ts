import type { Principal } from "./principal.ts";

/** The verified caller of a request: proven by a token, or attested by the platform. */
export interface Caller {
  /** The caller as one opaque text. Sessions, handles and limits belong to it. */
  readonly principal: Principal;
  /** The issuer of the token, or the platform that attests. Absent for anonymous callers. */
  readonly issuer?: string;
  /** The caller's name at the issuer. */
  readonly subject?: string;
  /** The OAuth client that the token was issued to. */
  readonly clientId?: string;
  /** The scopes of the token, or those that the platform attests. */
  readonly scopes: readonly string[];
  /** Every other verified claim, under the issuer's names. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The caller of every request, when the endpoint does not authenticate. */
export const ANYBODY: Caller = { principal: "anonymous", scopes: [], claims: {} };
