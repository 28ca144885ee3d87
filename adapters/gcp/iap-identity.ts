import type { ReadPlatformIdentity } from "../../src/auth/authenticator.ts";
import { callerOf } from "../../src/auth/jwt/jwt-authenticator.ts";
import { createTokenCheck } from "../../src/auth/jwt/token-check.ts";

export interface GoogleIapOptions {
  /** Whom assertions are for. Without one, none is for us. */
  readonly audience: string | undefined;
  /** Where the keys of Identity-Aware Proxy are. Default: Google's. */
  readonly keysUrl?: string | undefined;
  /** Unix time in milliseconds. */
  readonly now?: (() => number) | undefined;
}

/**
 * Reads the signed assertion of Identity-Aware Proxy ("Getting the user's identity": algorithm, key, issuer and audience as
 * there). The headers with a name and an address beside it are not signed, and not read. Throws ISSUER_UNAVAILABLE.
 */
export function iapReader({ audience, keysUrl, now }: GoogleIapOptions): ReadPlatformIdentity {
  const issuer = {
    issuer: "https://cloud.google.com/iap",
    jwksUri: keysUrl ?? "https://www.gstatic.com/iap/verify/public_key-jwk",
    audiences: audience === undefined ? [] : [audience],
    // No client asked for it, so none is named.
    clientIdClaim: "sub",
  };
  const check = createTokenCheck({ issuers: [issuer], algorithms: ["ES256"], now });
  return async ({ headers }) => {
    const assertion = headers["x-goog-iap-jwt-assertion"];
    if (assertion === undefined) return undefined;
    const proof = await check(assertion);
    if ("problem" in proof) return undefined;
    const { clientId: _subject, ...caller } = callerOf(proof);
    return caller;
  };
}
