import type { Auth, CognitoAuth } from "./auth.ts";
import type { IngressKind } from "./ingress.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/** The variables by which the endpoint finds out who calls. */
export type AccessVariables = Readonly<Record<string, string>>;

/** Who vouches for callers: tokens, AWS, or nobody. */
export function accessVariables(auth: Auth, ingress: IngressKind): AccessVariables {
  if (auth === "public") return {};
  if (auth === "iam") {
    // Who signed is in the event of the Lambda service, and a Web Function gets none.
    return ingress === "web-function" ? {} : { MCP_ANYCLOUD_PLATFORM_IDENTITY: "aws-iam" };
  }
  const issuers = verifiedIssuers(auth);
  const scopes = "jwt" in auth ? (auth.jwt.requiredScopes ?? []) : [];
  return {
    ...(issuers.length > 0 && { MCP_ANYCLOUD_TOKEN_ISSUERS: JSON.stringify(issuers) }),
    ...(scopes.length > 0 && { MCP_ANYCLOUD_REQUIRED_SCOPES: scopes.join(" ") }),
  };
}

/** Whether the function verifies tokens, and so has to know the URL that they are issued for. */
export const verifiesTokens = (auth: Auth): boolean => typeof auth === "object" && verifiedIssuers(auth).length > 0;

/** Issuers whose tokens the function verifies. */
function verifiedIssuers(auth: Exclude<Auth, string>): readonly TokenIssuer[] {
  if ("jwt" in auth) return auth.jwt.issuers;
  const { clients = [] } = auth.cognito;
  if (clients.length === 0) return [];
  const audiences = clients.map(({ userPoolClientId }) => userPoolClientId);
  return [{ issuer: issuerOf(auth), audienceClaim: "client_id", audiences }];
}

/** A user pool, as the tokens that it issues name it. */
export const issuerOf = ({ cognito: { userPool } }: CognitoAuth): string => `https://${userPool.userPoolProviderName}`;
