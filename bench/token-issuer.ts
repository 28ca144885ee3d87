import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const ALGORITHM = "RS256";

/** A token issuer on loopback, as the endpoints of a benchmark are configured with it. */
export interface TokenIssuer {
  readonly url: string;
  /** A token of the issuer with these claims and `iss`. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** Starts an issuer that serves its metadata (OpenID Connect Discovery 1.0, section 4) and one key. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const keys = [{ ...(await exportJWK(publicKey)), kid: "bench", use: "sig", alg: ALGORITHM }];
  const server = createServer((request, response) => {
    const answer = request.url === "/keys" ? { keys } : { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    sign: (claims) =>
      new SignJWT({ iss: url, ...claims }).setProtectedHeader({ alg: ALGORITHM, kid: "bench" }).sign(privateKey),
    async close() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
