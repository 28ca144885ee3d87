import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";

/** How an issuer of tokens answers: as it should, not at all, with an error, or by breaking the connection. */
type Mood = "up" | "hangs" | "errs" | "breaks";

/** Claims of a token, of whatever types. */
export type Claims = Readonly<Record<string, unknown>>;

/** An issuer of tokens on loopback: its metadata, its keys, and tokens of every kind. */
export interface LocalIssuer {
  /** As `iss` has it. */
  readonly url: string;
  readonly jwksUri: string;
  /** How often its keys were asked for, and its metadata. */
  readonly asked: { jwks: number; metadata: number };
  /** A token with these claims; `exp`, `iss` and `iat` are added where they are not there. `undefined` leaves them out. */
  sign(claims: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The key that it signs with, as everybody can have it: PEM. */
  publicKey(): string;
  /** Signs with a new key from now on. The former one is not among its keys any more. */
  rotate(): Promise<void>;
  become(mood: Mood): void;
  close(): Promise<void>;
}

export interface LocalIssuerOptions {
  /** `iss`, where it is not the address that it answers at. */
  readonly issuer?: string;
  /** Path of its URL: `/realms/x`. */
  readonly path?: string;
  readonly algorithm?: "RS256" | "PS256" | "ES256" | "EdDSA";
  /** Only the metadata of RFC 8414, not that of OpenID Connect. */
  readonly isOAuthOnly?: boolean;
  /** Members of the metadata that replace the issuer's own. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

let keyCount = 0;

export async function startLocalIssuer(options: LocalIssuerOptions = {}): Promise<LocalIssuer> {
  const { path = "", algorithm = "RS256", isOAuthOnly = false } = options;
  const asked = { jwks: 0, metadata: 0 };
  let mood: Mood = "up";
  let key = await newKey(algorithm);

  const server = createServer((request, response) => {
    const answers: Record<string, () => object> = {
      "/keys": () => ({ keys: [key.jwk] }),
      [isOAuthOnly ? `/.well-known/oauth-authorization-server${path}` : `${path}/.well-known/openid-configuration`]:
        () => ({ issuer: url, jwks_uri: jwksUri, ...options.metadata }),
    };
    if (request.url === "/keys") asked.jwks += 1;
    else asked.metadata += 1;
    if (mood === "hangs") return;
    if (mood === "breaks") return void request.socket.destroy();
    const answer = answers[request.url ?? ""];
    response.writeHead(mood === "errs" ? 500 : answer ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(answer?.() ?? {}));
  });
  const origin = await listen(server);
  const url = options.issuer ?? `${origin}${path}`;
  const jwksUri = `${origin}/keys`;

  return {
    url,
    jwksUri,
    asked,
    sign(claims, header) {
      const seconds = Math.floor(Date.now() / 1000);
      const token = new SignJWT({ iss: url, iat: seconds, exp: seconds + 600, ...claims });
      return token.setProtectedHeader({ alg: algorithm, kid: key.jwk.kid, ...header }).sign(key.privateKey);
    },
    publicKey: () => key.publicKey.export({ type: "spki", format: "pem" }).toString(),
    async rotate() {
      key = await newKey(algorithm);
    },
    become(next) {
      mood = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function newKey(algorithm: string) {
  const { KeyObject } = await import("node:crypto");
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  keyCount += 1;
  const jwk = { ...(await exportJWK(publicKey)), kid: `key-${keyCount}`, use: "sig", alg: algorithm };
  return { jwk, privateKey, publicKey: KeyObject.from(publicKey) };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
