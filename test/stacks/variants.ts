import { App, Duration, Stack } from "aws-cdk-lib";
import type { IAuthorizer } from "aws-cdk-lib/aws-apigateway";
import { Certificate, type ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import { LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { type IUserPool, type IUserPoolClient, UserPool, UserPoolClient } from "aws-cdk-lib/aws-cognito";
import { type ITableV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { type IVpc, Vpc } from "aws-cdk-lib/aws-ec2";
import { Key } from "aws-cdk-lib/aws-kms";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { HostedZone, type IHostedZone } from "aws-cdk-lib/aws-route53";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import type { JwtAuth } from "../../stacks/access/auth.ts";
import type { McpServerProps } from "../../stacks/mcp-server-props.ts";
import type { SynthesisOptions } from "./synthesis.ts";

const region = "us-east-1";
const account = "123456789012";
export const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;

/** Resources of other stacks that a server is given. They are imported by id, so any app can refer to them. */
const elsewhere = new Stack(new App(), "Elsewhere", { env: { account, region } });
const ID = "11111111-2222-3333-4444-555555555555";
export const userPool: IUserPool = UserPool.fromUserPoolId(elsewhere, "Users", `${region}_aBcDeFgHi`);
export const certificate: ICertificate = Certificate.fromCertificateArn(
  elsewhere,
  "Certificate",
  arn("acm", `certificate/${ID}`),
);
export const zone: IHostedZone = HostedZone.fromHostedZoneAttributes(elsewhere, "Zone", {
  hostedZoneId: "Z0123456789",
  zoneName: "example.com",
});
const vpc = Vpc.fromVpcAttributes(elsewhere, "Network", {
  vpcId: "vpc-12345678",
  availabilityZones: [`${region}a`],
  privateSubnetIds: ["subnet-12345678"],
  privateSubnetRouteTableIds: ["rtb-12345678"],
}) as IVpc;
export const topic: ITopic = Topic.fromTopicArn(elsewhere, "Topic", arn("sns", "alarms"));
const hook = LambdaFunction.fromFunctionAttributes(elsewhere, "Hook", {
  functionArn: arn("lambda", "function:CodeDeployHook_smoke"),
  sameEnvironment: true,
});
export const authorizer = { authorizerId: "abc123", authorizationType: "CUSTOM" } as unknown as IAuthorizer;
/** Two issuers whose tokens the function verifies. */
export const jwt: JwtAuth = {
  jwt: {
    issuers: [{ issuer: "https://login.example.com", audiences: ["notes"] }, { issuer: "https://sso.example.com" }],
  },
};
export const client: IUserPoolClient = UserPoolClient.fromUserPoolClientId(
  elsewhere,
  "Client",
  "1h57kf5cpq17m0eml12EXAMPLE",
);
export const sessionTable: ITableV2 = TableV2.fromTableName(elsewhere, "Table", "sessions");
export const secret: ISecret = Secret.fromSecretCompleteArn(
  elsewhere,
  "Keys",
  arn("secretsmanager", "secret:keys-AbCdEf"),
);

export interface Variant extends SynthesisOptions {
  readonly server: Partial<McpServerProps>;
}

/** A server with everything that is opt-in. */
export const OPT_IN: Variant = {
  env: { account, region },
  server: {
    name: "notes-prod",
    auth: { cognito: { userPool, scopes: ["mcp/invoke"], clients: [client] } },
    settings: { allowedOrigins: ["https://app.example.com"], path: "/notes/mcp", sessionSeconds: 3600 },
    customDomain: { name: "mcp.example.com", certificate, zone },
    webAclArn: arn("wafv2", `regional/webacl/mcp/${ID}`),
    encryptionKey: Key.fromKeyArn(elsewhere, "Key", arn("kms", `key/${ID}`)),
    vpc,
    reservedConcurrency: 50,
    provisionedConcurrency: 2,
    memoryMiB: 2048,
    timeout: Duration.minutes(5),
    throttle: { ratePerSecond: 10, burst: 20 },
    apiGatewayLogRole: "existing",
    newSessionTable: { recoveryDays: 35, maxReadRequestUnits: 1000, maxWriteRequestUnits: 500 },
    keyRotation: Duration.days(7),
    alarms: { p99Milliseconds: 5000 },
    alarmTargets: [topic],
    logRetentionDays: 365,
    deployment: { traffic: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE, preTrafficHook: () => hook },
    tasks: true,
    environment: { NOTES_COLOUR: "yellow" },
  },
};

/** Servers that differ from the default in what they are given, each a way in which people will deploy one. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  "a server for a Cognito user pool, under a name of its own, with everything that is opt-in": OPT_IN,
  "a server whose tokens an authorizer of the user's own checks, without streaming": {
    env: { account, region },
    server: {
      auth: { jwt: { issuers: [{ issuer: "https://login.example.com" }], authorizer, requiredScopes: ["notes"] } },
      streaming: false,
    },
  },
  "a server that verifies tokens": { server: { auth: jwt } },
  "a server that verifies tokens, behind a Function URL": {
    server: { auth: jwt, ingress: "function-url", settings: { publicUrl: "https://mcp.example.com/mcp" } },
  },
  "a server that verifies tokens, as a Web Function": {
    server: { auth: jwt, ingress: "web-function", settings: { publicUrl: "https://mcp.example.com/mcp" } },
  },
  "a server for callers that sign": { server: { auth: "iam" } },
  "a server for callers that sign, behind a Function URL that buffers": {
    server: { auth: "iam", ingress: "function-url", streaming: false },
  },
  "a server for callers that sign, as a Web Function": { server: { auth: "iam", ingress: "web-function" } },
  "a server with a table and a key ring that were there before": { server: { sessionTable, keyRing: secret } },
  "a server that nothing tries before it gets traffic": { server: { deployment: { preTrafficHook: "none" } } },
  "a server without a key ring": { server: { keyRing: "none" } },
  "a server whose state is in a Redis server": { server: { sessionStore: "redis", redis: { urlSecret: secret } } },
  "a server that keeps nothing": { server: { sessionStore: "none" } },
  "a server that keeps nothing, as a Web Function": { server: { sessionStore: "none", ingress: "web-function" } },
};
