import type { Principal } from "./principal.ts";

/** Who makes a request, as far as it was verified: by a token, or by the platform that vouches. */
export interface Caller {
  /** The caller as one opaque text, which sessions, handles and limits belong to. */
  readonly principal: Principal;
  /** Who says so: the issuer of the token, or the platform. Absent for nobody in particular. */
  readonly issuer?: string;
  /** Whom the issuer names. */
  readonly subject?: string;
  /** The OAuth client that the token was issued to. */
  readonly clientId?: string;
  /** What the token allows; none where a platform vouches. */
  readonly scopes: readonly string[];
  /** What else was verified, by the names that the issuer gives it. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Everybody, where the endpoint does not ask who calls. */
export const ANYBODY: Caller = { principal: "anonymous", scopes: [], claims: {} };
