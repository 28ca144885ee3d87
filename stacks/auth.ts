import { Token } from "aws-cdk-lib";
import { AuthorizationType, type IAuthorizer } from "aws-cdk-lib/aws-apigateway";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import type { FrontDoorKind } from "./front-door.ts";
import { refuse } from "./refuse.ts";

/**
 * Who may call. It has no default, because either default would be wrong for somebody.
 *
 * - `"public"`: whoever finds the address calls every tool.
 * - `"iam"`: AWS checks signatures (SigV4); allow principals with `McpServer.grantConnect`. MCP clients do not sign by
 *   themselves: this is for callers that you write, and for proxies that sign.
 * - `{ cognito }`, `{ jwt }`: API Gateway checks access tokens before the function is called, and answers 401 with the
 *   way to the authorization server. Only with `frontDoor: "rest-api"`, as the function does not verify tokens yet.
 *   The gateway decides who may call; the server is not told who does, so all callers share what it keeps.
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
  };
}

export interface JwtAuth {
  readonly jwt: {
    /** URL of the authorization server, for clients that look for it: `https://login.example.com`. */
    readonly issuer: string;
    /**
     * Checks signature, issuer, audience and expiry of every token: a `TokenAuthorizer` or `RequestAuthorizer` of yours.
     * Nothing else does. Idle: nothing; one invocation per token and cache time.
     */
    readonly authorizer: IAuthorizer;
    /** Scopes that clients should ask for; the authorizer checks them. Default: clients are not told. */
    readonly scopes?: readonly string[];
  };
}

/** What API Gateway checks itself, with the authorization server that clients are shown; undefined for other auth. */
export const isTokenAuth = (auth: Auth): auth is CognitoAuth | JwtAuth => typeof auth === "object";

/** Refuses what would look protected and would not be. */
export function checkAuth(scope: Construct, auth: Auth | undefined, frontDoor: FrontDoorKind): void {
  if (auth === "public" || auth === "iam") return;
  if (typeof auth !== "object" || !("cognito" in auth || "jwt" in auth)) {
    refuse(scope, "auth", 'say who may call: "public", "iam", { cognito } or { jwt }; there is no default.');
  }
  if ("cognito" in auth && "jwt" in auth) refuse(scope, "auth", "give one of { cognito } and { jwt }, not both.");
  const kind = "cognito" in auth ? "cognito" : "jwt";
  if (frontDoor !== "rest-api") {
    const sentence = `nothing behind "${frontDoor}" checks tokens yet: take frontDoor "rest-api", or auth "iam".`;
    refuse(scope, `auth.${kind}`, sentence);
  }
  if ("cognito" in auth && auth.cognito.scopes.length === 0) {
    refuse(scope, "auth.cognito.scopes", "name a scope: without one, API Gateway takes ID tokens for access tokens.");
  }
  // From JavaScript, or cast: the type asks for it already.
  if ("jwt" in auth && !auth.jwt.authorizer) {
    const sentence = "give an API Gateway authorizer that verifies the tokens: nothing else does, as yet.";
    refuse(scope, "auth.jwt.authorizer", sentence);
  }
  // A method whose authorizer is of no type, or of NONE, is open; a user pool's wants scopes.
  if ("jwt" in auth && auth.jwt.authorizer.authorizationType !== AuthorizationType.CUSTOM) {
    refuse(scope, "auth.jwt.authorizer", "must be a Lambda authorizer (CUSTOM); a user pool goes into auth.cognito.");
  }
  if ("jwt" in auth && !Token.isUnresolved(auth.jwt.issuer) && URL.parse(auth.jwt.issuer)?.protocol !== "https:") {
    const sentence = `must be the https URL of the authorization server, not ${auth.jwt.issuer}.`;
    refuse(scope, "auth.jwt.issuer", sentence);
  }
}
