import { type Claims, type LocalIssuer, startLocalIssuer } from "./local-issuer.ts";

/** The endpoint under attack as its configuration has it, and those who issue tokens. It needs no network but loopback. */
export interface AttackTarget {
  /** Its address as clients know it; not where it is. */
  readonly publicUrl: string;
  readonly issuers: {
    /** An issuer of tokens that are accepted, which has changed its key once. */
    readonly good: LocalIssuer;
    /** Another one that is accepted: its users are other people, whatever they are called. */
    readonly second: LocalIssuer;
    /** Accepted, too, but never answers. */
    readonly hanging: LocalIssuer;
    /** Accepted, too, but nothing is there. */
    readonly down: LocalIssuer;
    /** One that is not. */
    readonly foreign: LocalIssuer;
  };
  /** A token of the good issuer, signed with the key that it gave up. */
  readonly formerToken: string;
  /** The key that the good issuer signs with, which everybody may know: PEM. */
  readonly publicKey: string;
  /** Variables that the endpoint needs. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Claims of a token that is accepted. */
export const goodClaims = (publicUrl: string): Claims => ({
  sub: "ada",
  aud: publicUrl,
  client_id: "attacked",
  scope: "notes",
});

export async function createAttackTarget(publicUrl: string): Promise<AttackTarget> {
  const issuers = {
    good: await startLocalIssuer(),
    second: await startLocalIssuer(),
    hanging: await startLocalIssuer(),
    down: await startLocalIssuer(),
    foreign: await startLocalIssuer(),
  };
  const formerToken = await issuers.good.sign(goodClaims(publicUrl));
  await issuers.good.rotate();
  issuers.hanging.become("hangs");
  issuers.down.become("breaks");
  const accepted = [issuers.good, issuers.second, issuers.hanging, issuers.down].map(({ url }) => url);
  return {
    publicUrl,
    issuers,
    formerToken,
    publicKey: issuers.good.publicKey(),
    environment: {
      MCP_ANYCLOUD_PUBLIC_URL: publicUrl,
      MCP_ANYCLOUD_TOKEN_ISSUERS: accepted.join(","),
      MCP_ANYCLOUD_REQUIRED_SCOPES: "notes",
    },
    async close() {
      await Promise.all(Object.values(issuers).map((issuer) => issuer.close()));
    },
  };
}
