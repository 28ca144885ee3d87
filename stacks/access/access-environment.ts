import type { IngressKind } from "../ingress/ingress.ts";
import type { Auth, CognitoAuth } from "./auth.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/** The variables that configure authentication. */
export type AccessVariables = Readonly<Record<string, string>>;

/** Configures what attests the endpoint's callers: tokens, AWS, or nothing. */
export function accessVariables(auth: Auth, ingress: IngressKind): AccessVariables {
  if (auth === "public") return {};
  if (auth === "iam") {
    // The signer is in the event that Lambda passes to a function, and a Web Function gets no event.
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

/** The issuers whose tokens the function verifies. */
function verifiedIssuers(auth: Exclude<Auth, string>): readonly TokenIssuer[] {
  if ("jwt" in auth) return auth.jwt.issuers;
  const { clients = [] } = auth.cognito;
  if (clients.length === 0) return [];
  const audiences = clients.map(({ userPoolClientId }) => userPoolClientId);
  return [{ issuer: issuerOf(auth), audienceClaim: "client_id", audiences }];
}

/** The claim `iss` of the tokens of a user pool. */
export const issuerOf = ({ cognito: { userPool } }: CognitoAuth): string => `https://${userPool.userPoolProviderName}`;
