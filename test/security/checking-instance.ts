import { createTokenCheck, type TokenCheck } from "../../src/auth/jwt/token-check.ts";
import { SIGNATURE_ALGORITHMS, type TokenIssuer } from "../../src/config/token-issuer.ts";
import { type Claims, type LocalIssuer, type LocalIssuerOptions, startLocalIssuer } from "./local-issuer.ts";

/** An issuer, and instances that take its tokens and whose clock goes only when a test turns it. */
export interface Checking {
  readonly issuer: LocalIssuer;
  /** Another instance, which knows nothing yet. */
  instance(): TokenCheck;
  /** A token, each another one, so that none is remembered. It lives longer than a test's clock goes. */
  token(header?: object, claims?: Claims): Promise<string>;
  /** The first instance's check of a token with this header and these claims. */
  check(header?: object, claims?: Claims): ReturnType<TokenCheck>;
  /** Turns the clock ahead. */
  pass(seconds: number): void;
}

const AUDIENCE = "https://mcp.example/mcp";

/** Starts an issuer and a first instance. The caller closes the issuer. */
export async function startChecking(
  options: LocalIssuerOptions = {},
  settings: Omit<Partial<TokenIssuer>, "issuer"> = {},
): Promise<Checking> {
  const issuer = await startLocalIssuer(options);
  let now = Date.now();
  let number = 0;
  const instance = (): TokenCheck =>
    createTokenCheck({
      issuers: [{ issuer: issuer.url, ...settings }],
      publicUrl: AUDIENCE,
      algorithms: SIGNATURE_ALGORITHMS,
      now: () => now,
    });
  const token: Checking["token"] = (header = {}, claims = {}) => {
    number += 1;
    const lasting = { jti: `${number}`, exp: Math.floor(Date.now() / 1000) + 99_999 };
    return issuer.sign({ sub: "ada", aud: AUDIENCE, client_id: "c", ...lasting, ...claims }, header);
  };
  const first = instance();
  return {
    issuer,
    instance,
    token,
    check: async (...made) => first(await token(...made)),
    pass(seconds) {
      now += seconds * 1000;
    },
  };
}
