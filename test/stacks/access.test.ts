import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { type IAuthorizer, TokenAuthorizer } from "aws-cdk-lib/aws-apigateway";
import { AccountPrincipal, type IPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { expect, test } from "vitest";
import { McpServer } from "../../stacks/mcp-server.ts";
import { BUILT, synthesize } from "./synthesis.ts";
import { arn } from "./variants.ts";

/** The actions that `grantConnect` allows a principal, for each ingress. */
const ALLOWED = [
  ["rest-api", ["execute-api:Invoke"]],
  ["function-url", ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]],
  ["web-function", ["lambda:InvokeWebFunctionEndpoint"]],
] as const;

test.for(ALLOWED)("with %s, a principal needs %s", ([ingress, actions]) => {
  const { resources } = synthesize(
    { ingress, auth: "iam" },
    {
      extend(stack) {
        const assumedBy = new AccountPrincipal("123456789012") as IPrincipal;
        stack.server.grantConnect(new Role(stack, "Caller", { assumedBy }));
      },
    },
  );
  const [policy] = resources("AWS::IAM::Policy").filter(([id]) => id.startsWith("Caller"));
  if (!policy) throw new Error("The caller is allowed nothing.");
  const { Statement } = policy[1].Properties.PolicyDocument as { Statement: { Action: string | string[] }[] };
  expect(Statement.flatMap(({ Action }) => Action)).toEqual(actions);
});

test("an authorizer of the user's own guards every route but preflights and the document", () => {
  const stack = new Stack(new App(), "Own", { env: { account: "123456789012", region: "us-east-1" } });
  const functionArn = arn("lambda", "function:verify");
  const handler = LambdaFunction.fromFunctionAttributes(stack, "Verify", { functionArn, sameEnvironment: true });
  const authorizer = new TokenAuthorizer(stack, "Authorizer", { handler }) as IAuthorizer;
  const auth = { jwt: { issuers: [{ issuer: "https://login.example.com" }], authorizer } };
  new McpServer(stack, "Server", { auth, artefact: BUILT });
  const methods = Template.fromStack(stack).findResources("AWS::ApiGateway::Method");
  const guards = Object.values(methods).map(({ Properties }) => [Properties.HttpMethod, Properties.AuthorizationType]);
  expect(guards.sort()).toEqual([
    ["ANY", "CUSTOM"],
    ["ANY", "CUSTOM"],
    ["GET", "NONE"],
    ["GET", "NONE"],
    ["OPTIONS", "NONE"],
    ["OPTIONS", "NONE"],
    ["OPTIONS", "NONE"],
    ["OPTIONS", "NONE"],
  ]);
});
