import { AuthorizationType, type IAuthorizer } from "aws-cdk-lib/aws-apigateway";
import type { IUserPool, IUserPoolClient } from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import { refuse, refuseUnknown } from "../checks/refuse.ts";
import type { IngressKind } from "../ingress/ingress.ts";
import { checkIssuers, checkScopes, type TokenIssuer } from "./token-issuer.ts";

/**
 * Decides who may call. It has no default, because either default would be wrong for somebody.
 *
 * - `"public"`: everybody who finds the address can call every tool.
 * - `"iam"`: AWS checks signatures (SigV4); allow principals with `McpServer.grantConnect`. MCP clients do not sign by
 *   themselves: this is for callers that you write, and for proxies that sign. The server learns who signed, except as a
 *   Web Function, to which AWS does not pass the signer.
 * - `{ jwt }`: the function verifies access tokens of any issuer, behind every ingress, and is told who calls.
 * - `{ cognito }`: API Gateway checks access tokens of a user pool, and with `clients` the function does, too. Only with
 *   `ingress: "rest-api"`.
 */
export type Auth = "public" | "iam" | CognitoAuth | JwtAuth;

export interface CognitoAuth {
  readonly cognito: {
    /** Signs the users in. Idle: nothing; Cognito bills active users by the month. */
    readonly userPool: IUserPool;
    /**
     * Scopes, of which an access token must carry one: `mcp/invoke`. At least one, because without scopes API Gateway
     * takes ID tokens, which were not issued for any API.
     */
    readonly scopes: readonly string[];
    /**
     * Clients of the pool that are let in; the function then verifies tokens, too, and tells callers apart. Default: all of
     * the pool's, and all callers share what the server keeps.
     */
    readonly clients?: readonly IUserPoolClient[];
  };
}

export interface JwtAuth {
  readonly jwt: {
    /** Authorization servers whose tokens are accepted. */
    readonly issuers: readonly TokenIssuer[];
    /** Scopes that every request needs. Default: none. */
    readonly requiredScopes?: readonly string[];
    /**
     * A `TokenAuthorizer` or `RequestAuthorizer` of yours that rejects bad tokens before the function is called, and has
     * API Gateway answer in a header that clients read. Only with `ingress: "rest-api"`. Default: none, and the function
     * alone verifies. Idle: nothing; one invocation per token and cache time.
     */
    readonly authorizer?: IAuthorizer;
  };
}

/** Tokens that API Gateway checks before it calls the function. */
export const isCheckedByGateway = (auth: Auth): auth is CognitoAuth | JwtAuth =>
  typeof auth === "object" && ("cognito" in auth || auth.jwt.authorizer !== undefined);

export interface AuthProps {
  readonly auth: Auth | undefined;
  readonly ingress: IngressKind;
  /** The setting `publicUrl`. */
  readonly publicUrl: string | undefined;
}

/** Refuses props that would look like protection and protect nothing. */
export function checkAuth(scope: Construct, { auth, ingress, publicUrl }: AuthProps): void {
  if (auth === "public" || auth === "iam") return;
  // JavaScript and casts can leave it out; the type requires it.
  if (typeof auth !== "object" || auth === null || !("cognito" in auth || "jwt" in auth)) {
    refuse(scope, "auth", 'say who may call: "public", "iam", { cognito } or { jwt }; there is no default.');
  }
  if ("cognito" in auth && "jwt" in auth) refuse(scope, "auth", "give one of { cognito } and { jwt }, not both.");
  refuseUnknown(scope, "settings.publicUrl", publicUrl);
  if ("cognito" in auth) checkCognito(scope, auth, ingress);
  else checkJwt(scope, auth, ingress, publicUrl);
}

function checkCognito(scope: Construct, { cognito: { scopes, clients } }: CognitoAuth, ingress: IngressKind): void {
  if (ingress !== "rest-api") {
    const sentence = `is for ingress "rest-api": behind "${ingress}", take { jwt } with the pool as an issuer.`;
    refuse(scope, "auth.cognito", sentence);
  }
  if (scopes.length === 0) {
    refuse(scope, "auth.cognito.scopes", "name a scope: without one, API Gateway takes ID tokens for access tokens.");
  }
  if (clients?.length === 0) {
    refuse(scope, "auth.cognito.clients", "name a client, or leave them out: nobody could be let in.");
  }
}

function checkJwt(
  scope: Construct,
  { jwt: { issuers, requiredScopes, authorizer } }: JwtAuth,
  ingress: IngressKind,
  publicUrl: string | undefined,
): void {
  checkIssuers(scope, "auth.jwt.issuers", issuers);
  checkScopes(scope, "auth.jwt.requiredScopes", requiredScopes);
  if (ingress !== "rest-api" && publicUrl === undefined) {
    const when = `which "${ingress}" shows only once it is there`;
    refuse(scope, "auth.jwt", `tokens are issued for the endpoint's URL, ${when}: set settings.publicUrl.`);
  }
  if (!authorizer) return;
  if (ingress !== "rest-api") {
    refuse(scope, "auth.jwt.authorizer", `is not for ingress "${ingress}", but for rest-api.`);
  }
  // A method whose authorizer is of no type, or of NONE, is open; a user pool's wants scopes.
  if (authorizer.authorizationType !== AuthorizationType.CUSTOM) {
    refuse(scope, "auth.jwt.authorizer", "must be a Lambda authorizer (CUSTOM); a user pool goes into auth.cognito.");
  }
}
