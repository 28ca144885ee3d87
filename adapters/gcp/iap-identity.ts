import { AnycloudError, createTokenCheck, type PlatformIdentityProvider } from "../../src/adapter.ts";

/** `/projects/<number>/…`: the form of every audience that Identity-Aware Proxy signs for ("Securing your app with signed headers"). */
const AUDIENCE = /^\/projects\/\S+$/;

export interface GoogleIapOptions {
  /** Where the keys of Identity-Aware Proxy are. Default: where Google publishes them. */
  readonly keysUrl?: string;
}

/**
 * Users of Identity-Aware Proxy, by the assertion that it signs ("Securing your app with signed headers": algorithm, key
 * and issuer as there). The headers with a name and an address beside the assertion are not signed, and not read. The
 * reader throws ISSUER_UNAVAILABLE while the keys cannot be had.
 */
export function googleIap({
  keysUrl = "https://www.gstatic.com/iap/verify/public_key-jwk",
}: GoogleIapOptions = {}): PlatformIdentityProvider {
  return {
    kind: "google-iap",
    needsAudience: true,
    createReader({ audience = "" }) {
      if (!AUDIENCE.test(audience)) {
        const message = `MCP_ANYCLOUD_PLATFORM_AUDIENCE is "${audience}": set it to the audience of Identity-Aware Proxy's assertions, such as /projects/123/global/backendServices/456.`;
        throw new AnycloudError("CONFIG_INVALID", message);
      }
      const issuer = {
        issuer: "https://cloud.google.com/iap",
        jwksUri: keysUrl,
        audiences: [audience],
        // No OAuth client asked for the assertion; without this claim the check would miss one.
        clientIdClaim: "sub",
      };
      const check = createTokenCheck({ issuers: [issuer], algorithms: ["ES256"] });
      return async ({ headers }) => {
        const assertion = headers["x-goog-iap-jwt-assertion"];
        if (assertion === undefined) return undefined;
        const proof = await check(assertion);
        if ("problem" in proof) return undefined;
        return { issuer: proof.issuer, subject: proof.subject, claims: proof.claims };
      };
    },
  };
}
