import { createTokenCheck, type HttpRequest, type PlatformIdentity } from "../../../src/adapter.ts";

const ISSUER = "https://accounts.google.com";

export interface SenderCheckOptions {
  /** The URL of the service. */
  readonly audience: string;
  /** E-mail address of the account in whose name Cloud Tasks sends. */
  readonly account: () => Promise<string>;
  readonly keysUrl: string;
  /** Reads a token whose signature the platform has checked and removed, where the platform does that. */
  readonly readChecked: ((request: HttpRequest) => PlatformIdentity | undefined) | undefined;
}

/**
 * Whether a request is from the service's own queue: its token is signed by Google, for this service, in the name of the
 * service's account ("Create HTTP target tasks", using HTTP target tasks with authentication tokens). Throws
 * ISSUER_UNAVAILABLE while Google's keys cannot be had.
 */
export function createSenderCheck(options: SenderCheckOptions): (request: HttpRequest) => Promise<boolean> {
  const { audience, account, keysUrl, readChecked } = options;
  const issuer = {
    issuer: ISSUER,
    jwksUri: keysUrl,
    audiences: [audience],
    // No OAuth client asked for the token.
    clientIdClaim: "sub",
  };
  const check = createTokenCheck({ issuers: [issuer], algorithms: ["RS256"] });

  async function claimsOf(request: HttpRequest): Promise<Readonly<Record<string, unknown>> | undefined> {
    const checked = readChecked?.(request);
    if (checked) return checked.claims;
    const [, token] = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? "") ?? [];
    const proof = token === undefined ? undefined : await check(token);
    return proof && "claims" in proof ? proof.claims : undefined;
  }

  return async (request) => {
    const claims = await claimsOf(request);
    if (claims?.aud !== audience || claims.email_verified !== true) return false;
    return claims.email === (await account());
  };
}
