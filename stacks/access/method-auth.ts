import { AuthorizationType, CognitoUserPoolsAuthorizer, type MethodOptions } from "aws-cdk-lib/aws-apigateway";
import type { Construct } from "constructs";
import type { Auth } from "./auth.ts";

/** A method that anybody may call. */
export const OPEN: MethodOptions = { authorizationType: AuthorizationType.NONE };

/** The authorization that API Gateway requires of a request before it calls the function. */
export function toMethodOptions(scope: Construct, auth: Auth): MethodOptions {
  if (auth === "public") return OPEN;
  if (auth === "iam") return { authorizationType: AuthorizationType.IAM };
  if ("jwt" in auth) {
    const { authorizer } = auth.jwt;
    return authorizer ? { authorizationType: AuthorizationType.CUSTOM, authorizer } : OPEN;
  }
  const { userPool, scopes } = auth.cognito;
  return {
    authorizationType: AuthorizationType.COGNITO,
    authorizer: new CognitoUserPoolsAuthorizer(scope, "Authorizer", { cognitoUserPools: [userPool] }),
    authorizationScopes: [...scopes],
  };
}
