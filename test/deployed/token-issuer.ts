import { generateKeyPairSync, randomUUID, sign, verify } from "node:crypto";

/** Claims of an OIDC token, besides those that every token has. */
export type Claims = Readonly<Record<string, string>>;

/** Stands in for Entra or Google: signs the tokens of instances (RS256), and recognizes its own. */
export interface TokenIssuer {
  issue(claims: Claims): string;
  /** The claims of a token that it signed; undefined for any other. */
  read(token: string): Claims | undefined;
}

export function createTokenIssuer(): TokenIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    issue(claims) {
      const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({ ...claims, jti: randomUUID() })}`;
      return `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
    },
    read(token) {
      const [header = "", claims = "", signature = ""] = token.split(".");
      const content = Buffer.from(`${header}.${claims}`);
      if (!verify("sha256", content, publicKey, Buffer.from(signature, "base64url"))) return undefined;
      return JSON.parse(Buffer.from(claims, "base64url").toString());
    },
  };
}
