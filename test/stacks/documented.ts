/* The TypeScript of docs/aws.md, compiled; a test holds the two to the same letters. Nothing runs it. */
import { App, Duration } from "aws-cdk-lib";
import { Code, type IFunction, Function as LambdaFunction, Runtime, type Version } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { McpServerStack } from "../../stacks/mcp-server-stack.ts";
import { certificate, topic, userPool, zone } from "./variants.ts";

const app = new App();
const stack = new McpServerStack(app, "Notes", {
  env: { account: "123456789012", region: "us-east-1" },
  server: {
    auth: { cognito: { userPool, scopes: ["mcp/invoke"] } },
    customDomain: { name: "mcp.example.com", certificate, zone },
    settings: { sessionSeconds: 3600 },
    alarmTargets: [topic],
  },
});

new McpServerStack(app, "Shop", {
  server: {
    auth: { jwt: { issuers: [{ issuer: "https://sso.example.com/realms/shop" }], requiredScopes: ["shop:read"] } },
    customDomain: { name: "mcp.example.com", certificate, zone },
  },
});

function smokeHook(scope: Construct, candidate: Version): IFunction {
  const hook = new LambdaFunction(scope, "SmokeHook", {
    code: Code.fromAsset("dist/smoke-hook"),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
    timeout: Duration.minutes(1),
    environment: { CANDIDATE: candidate.functionArn, MCP_URL: "https://mcp.example.com/mcp" },
  });
  candidate.grantInvoke(hook);
  return hook as IFunction;
}

new McpServerStack(app, "Tried", {
  server: { auth: "iam", deployment: { preTrafficHook: (candidate) => smokeHook(stack, candidate) } },
});
