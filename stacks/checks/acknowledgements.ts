import { type Acknowledgment, Stack, Token, Validations } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct, IConstruct } from "constructs";
import type { McpServerProps } from "../mcp-server-props.ts";
import { SETTINGS } from "../settings.ts";

/*
 * Findings of cdk-nag and of CDK that are accepted, each with its resource and the reason. Every other finding is an
 * error of `npm run synth`.
 */

const managedPolicy = (name: string): string =>
  `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`;

const SYNCHRONOUS = "Whoever invokes it waits for its answer, so there is nothing to put in a dead letter queue.";

/** A path below the server and the findings that are acknowledged there, if this server has such a resource. */
const ALWAYS: readonly (readonly [string, ...Acknowledgment[]])[] = [
  ["Function", { id: "Serverless-LambdaDLQ", reason: SYNCHRONOUS }],
  [
    "KeyRing/Rotation",
    {
      id: "Serverless-LambdaDLQ",
      reason: "Secrets Manager repeats a rotation that failed, and tells of it in CloudTrail.",
    },
    { id: "Serverless-LambdaTracing", reason: "It runs once a month, calls one service, and logs what it does." },
  ],
  [
    "SmokeHook/Function",
    { id: "Serverless-LambdaDLQ", reason: "CodeDeploy waits for its report, and fails the deployment without one." },
    { id: "Serverless-LambdaTracing", reason: "It runs once for each deployment, and logs what went wrong." },
  ],
  [
    "Api",
    {
      id: "AwsSolutions-APIG2",
      reason: "The server validates messages against its tools' schemas; a model here would be a second one.",
    },
  ],
  [
    "Api/CloudWatchRole",
    {
      id: managedPolicy("AmazonAPIGatewayPushToCloudWatchLogs"),
      reason: "The role is the account's, for all of its APIs; AWS keeps this policy for it.",
    },
  ],
  [
    "Canary",
    {
      id: managedPolicy("AWSCodeDeployRoleForLambdaLimited"),
      reason: "AWS keeps this policy, the least that CodeDeploy needs.",
    },
  ],
];

const PREFLIGHT = "Browsers send no credentials with a preflight; the server answers it without doing anything.";
const VERIFIED = "The function verifies the tokens of every request itself.";
const DISCOVERY = "Clients read here where to get a token, so they have none yet; the gateway answers it by itself.";

/** Acknowledges the accepted findings of a server. */
export function acknowledge(
  server: Construct,
  props: McpServerProps,
  { hook, fn }: { readonly hook: IFunction | undefined; readonly fn: IFunction | undefined },
): void {
  for (const [path, ...findings] of ALWAYS) acknowledgeAt(server, path, findings);
  acknowledgeRole(server, props);
  acknowledgeOpenMethods(server, props);
  if (hook) {
    const id = `AwsSolutions-IAM5[Resource::${written(server, hook.functionArn)}:*]`;
    const reason = "CodeDeploy may call any version of this one function, the hook.";
    acknowledgeAt(server, "Canary/ServiceRole/DefaultPolicy", [{ id, reason }]);
  }
  if (props.tasks && fn) {
    const id = `AwsSolutions-IAM5[Resource::${written(server, fn.functionArn)}:*]`;
    acknowledgeAt(server, "TaskJobs", [
      { id, reason: "The function may invoke any version of itself, and nothing else." },
    ]);
    const reason = "It is a dead letter queue.";
    acknowledgeAt(server, "LostJobs", [
      { id: "AwsSolutions-SQS3", reason },
      { id: "Serverless-SQSRedrivePolicy", reason },
    ]);
  }
  if (props.webAclArn === undefined) {
    const reason = "A web ACL costs $5 a month with nobody calling, so it is opt-in: webAclArn.";
    acknowledgeAt(server, "Api/DeploymentStage.prod", [{ id: "AwsSolutions-APIG3", reason }]);
  }
  if (props.ingress === "web-function") acknowledgeWebFunction(server, props);
}

function acknowledgeRole(server: Construct, { vpc, ingress }: McpServerProps): void {
  const reasons = [
    ...(ingress === "web-function" ? [] : ["X-Ray's actions know no resources"]),
    ...(vpc ? ["network interfaces have no names before Lambda makes them"] : []),
  ];
  if (reasons.length === 0) return;
  const reason = `${reasons.join(", and ")}.`;
  acknowledgeAt(server, "FunctionRole/DefaultPolicy", [{ id: "AwsSolutions-IAM5[Resource::*]", reason }]);
}

function acknowledgeOpenMethods(server: Construct, { auth, settings }: McpServerProps): void {
  const both = (reason: string): Acknowledgment[] => [
    { id: "AwsSolutions-APIG4", reason },
    { id: "AwsSolutions-COG4", reason },
  ];
  const routes = (method: string): string[] => [`Api/Default/${method}`, `Api/Default/{proxy+}/${method}`];
  const root = "Api/Default/.well-known/oauth-protected-resource";
  for (const path of routes("OPTIONS")) acknowledgeAt(server, path, both(PREFLIGHT));
  for (const path of [`${root}/GET`, `${root}${settings?.path ?? SETTINGS.path.default}/GET`])
    acknowledgeAt(server, path, both(DISCOVERY));
  for (const path of routes("ANY")) {
    const isJwt = typeof auth === "object" && "jwt" in auth;
    if (auth === "public") acknowledgeAt(server, path, both('Whoever wrote the props chose auth "public".'));
    if (isJwt && !auth.jwt.authorizer) acknowledgeAt(server, path, both(VERIFIED));
    const reason = auth === "iam" ? "Callers sign with IAM instead." : "An authorizer checks tokens of another issuer.";
    if (auth === "iam" || (isJwt && auth.jwt.authorizer)) {
      acknowledgeAt(server, path, [{ id: "AwsSolutions-COG4", reason }]);
    }
  }
}

/** Acknowledges findings about the resources with which CDK copies a Web Function's code to where Lambda reads it. */
function acknowledgeWebFunction(server: Construct, { auth }: McpServerProps): void {
  if (auth !== "iam") {
    const reason = auth === "public" ? 'Whoever wrote the props chose auth "public".' : VERIFIED;
    acknowledgeAt(server, "WebFunction/Endpoint", [{ id: "@aws-cdk/aws-lambda:webFunctionPublicEndpoint", reason }]);
  }
  const stack = Stack.of(server);
  const bucket = stack.node.tryFindChild("AWSCDKWebFunctionAssetBucket") as Bucket | undefined;
  const copies = stack.node.children.filter(({ node }) => node.id.startsWith("Custom::S3ObjectCopy"));
  if (!bucket) return;
  const oneReader = "Only Lambda reads the copy of the code in it, whenever it starts an instance.";
  Validations.of(bucket).acknowledge({ id: "AwsSolutions-S1", reason: oneReader });
  const reason = "CDK's own function, which copies the code once for each deployment; its policy cannot be chosen.";
  const findings = [
    managedPolicy("AWSLambdaBasicExecutionRole"),
    "AwsSolutions-IAM5[Action::s3:Abort*]",
    "AwsSolutions-IAM5[Action::s3:DeleteObject*]",
    `AwsSolutions-IAM5[Resource::${written(stack, bucket.bucketArn)}/web-function/*]`,
    `AwsSolutions-IAM5[Resource::${stagedAssets(stack)}/*]`,
    "Serverless-LambdaDLQ",
    "Serverless-LambdaDefaultMemorySize",
    "Serverless-LambdaTracing",
  ];
  for (const copy of copies) Validations.of(copy).acknowledge(...findings.map((id) => ({ id, reason })));
}

/** An ARN as cdk-nag writes it: `<LogicalId.Arn>` where it is known on deployment only. */
function written(scope: Construct, arn: string): string {
  const resolved: unknown = Stack.of(scope).resolve(arn);
  if (typeof resolved === "string") return resolved;
  const { "Fn::GetAtt": path = [] } = resolved as { "Fn::GetAtt"?: readonly string[] };
  return `<${path.join(".")}>`;
}

/** The bucket of `cdk bootstrap`, as cdk-nag writes it. */
function stagedAssets(stack: Stack): string {
  const { partition, account, region, synthesizer } = stack;
  const known = (value: string, name: string): string => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  const qualifier = synthesizer.bootstrapQualifier ?? "hnb659fds";
  const bucket = `cdk-${qualifier}-assets-${known(account, "AccountId")}-${known(region, "Region")}`;
  return `arn:${known(partition, "Partition")}:s3:::${bucket}`;
}

function acknowledgeAt(server: Construct, path: string, findings: readonly Acknowledgment[]): void {
  const found = path.split("/").reduce<IConstruct | undefined>((at, id) => at?.node.tryFindChild(id), server);
  if (found) Validations.of(found).acknowledge(...findings);
}
