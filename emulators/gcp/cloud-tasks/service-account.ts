import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";

/** The account of the emulated service, with the keys of Google that sign for it. */
export interface ServiceAccount {
  readonly email: string;
  /** The only access token that the emulated APIs take. */
  readonly accessToken: string;
  /** JSON Web Key Set of the keys that sign identity tokens. */
  readonly keys: string;
  /** An identity token for an audience, as Google makes it for Cloud Tasks and for the metadata server. */
  identityToken(audience: string): string;
}

const ISSUER = "https://accounts.google.com";
const TOKEN_SECONDS = 3_600;

/** Makes an account whose keys live as long as this process. */
export function createServiceAccount(): ServiceAccount {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
  const email = "mcp@emulated-project.iam.gserviceaccount.com";
  // The account's unique id, which `sub` and `azp` hold.
  const id = "103546784512345678901";
  return {
    email,
    accessToken: `ya29.${randomUUID()}`,
    keys: JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }] }),
    identityToken(audience) {
      const iat = Math.floor(Date.now() / 1000);
      const claims = { aud: audience, azp: id, email, email_verified: true, exp: iat + TOKEN_SECONDS, iat };
      const parts = [
        { alg: "RS256", kid, typ: "JWT" },
        { ...claims, iss: ISSUER, sub: id },
      ];
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
      return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    },
  };
}
