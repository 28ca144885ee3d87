import { type Duration, Names, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  EndpointType,
  type IAccessLogDestination,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  ResponseTransferMode,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { Alias, IFunction } from "aws-cdk-lib/aws-lambda";
import { CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";
import { type Auth, isCheckedByGateway } from "../access/auth.ts";
import { addDiscovery } from "../access/discovery.ts";
import { OPEN, toMethodOptions } from "../access/method-auth.ts";
import { createLogGroup } from "../operations/request-log.ts";
import { ACCESS_LOG_FORMAT, createExecutionLog, REJECTED } from "./access-log.ts";
import type { Ingress } from "./ingress.ts";
import { addDomain, type CustomDomain } from "./rest-domain.ts";

/** Limits of what callers may send, all of them together. Idle: nothing. */
export interface Throttle {
  /** Requests per second, on average. */
  readonly ratePerSecond: number;
  /** Requests at a time above that. */
  readonly burst: number;
}

export interface RestApiProps {
  readonly live: Alias;
  readonly auth: Auth;
  readonly path: string;
  readonly streaming: boolean;
  readonly timeout: Duration;
  readonly throttle: Throttle;
  readonly customDomain: CustomDomain | undefined;
  readonly webAclArn: string | undefined;
  readonly logRole: "create" | "existing";
  readonly logRetentionDays: number;
  readonly corsOrigins: readonly string[];
  /** URL as clients know it, where that is not the API's own. */
  readonly publicUrl: string | undefined;
}

/**
 * Name of the stage, with which all paths begin where there is no custom domain. The emulator's `--stage` does the same.
 */
const STAGE = "prod";

/** A Regional REST API that passes every path and method to the function and streams its answers. */
export function createRestApi(scope: Construct, props: RestApiProps): Ingress {
  const { auth, path, customDomain, logRetentionDays } = props;
  const accessLog = createLogGroup(scope, "AccessLog", logRetentionDays);
  const api = openApi(scope, props, new LogGroupLogDestination(accessLog));
  createExecutionLog(scope, api, STAGE, logRetentionDays);
  addRoutes(api, toMethodOptions(scope, auth));
  if (props.webAclArn !== undefined) {
    const resourceArn = api.deploymentStage.stageArn;
    new CfnWebACLAssociation(scope, "WebAcl", { resourceArn, webAclArn: props.webAclArn });
  }
  const origin = customDomain ? addDomain(scope, api, customDomain) : stageOrigin(api);
  const mcpUrl = props.publicUrl ?? `${origin}${path}`;
  if (isCheckedByGateway(auth)) addDiscovery({ api, auth, mcpUrl, path, corsOrigins: props.corsOrigins });
  return {
    mcpUrl,
    grantConnect: (grantee) => void Grant.addToPrincipal({ grantee, ...allRoutesOf(api) }),
    requests: api.metricCount(),
    serverErrors: api.metricServerError(),
    refusals: { logGroup: accessLog, pattern: REJECTED },
  };
}

function openApi(scope: Construct, props: RestApiProps, accessLogDestination: IAccessLogDestination): RestApi {
  const { live, streaming, timeout, throttle, customDomain, logRole } = props;
  const { STREAM, BUFFERED } = ResponseTransferMode;
  const api = new RestApi(scope, "Api", {
    // CloudWatch distinguishes APIs only by their names.
    restApiName: Names.uniqueResourceName(scope, { maxLength: 64 }),
    description: "MCP server",
    endpointTypes: [EndpointType.REGIONAL],
    // Bodies reach the function as the client's bytes; as text, each quote would count twice against Lambda's 6 MB.
    binaryMediaTypes: ["*/*"],
    defaultIntegration: new LambdaIntegration(live as IFunction, {
      responseTransferMode: streaming ? STREAM : BUFFERED,
      timeout,
      // The console's test button would need a permission of its own for each method.
      allowTestInvoke: false,
    }),
    // Next to a custom domain, API Gateway's own address would be a way around rules for the host name.
    disableExecuteApiEndpoint: customDomain !== undefined,
    cloudWatchRole: logRole === "create",
    // The role serves the whole account and Region: other APIs may rely on it by then.
    ...(logRole === "create" && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
    deployOptions: {
      stageName: STAGE,
      tracingEnabled: true,
      accessLogDestination,
      accessLogFormat: ACCESS_LOG_FORMAT,
      loggingLevel: MethodLoggingLevel.ERROR,
      // Bodies and tokens would be in the execution log.
      dataTraceEnabled: false,
      throttlingRateLimit: throttle.ratePerSecond,
      throttlingBurstLimit: throttle.burst,
    },
  });
  // CDK's output names an address that clients must not use, and that is switched off next to a custom domain.
  api.node.tryRemoveChild("Endpoint");
  return api;
}

/** The URL without a reference to the stage, because methods that contain it are created before the stage. */
function stageOrigin(api: RestApi): string {
  const { region, urlSuffix } = Stack.of(api);
  return `https://${api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
}

/** `{proxy+}` matches everything but the root. */
function addRoutes(api: RestApi, guarded: MethodOptions): void {
  for (const resource of [api.root, api.root.addResource("{proxy+}")]) {
    resource.addMethod("ANY", undefined, guarded);
    // Browsers ask without credentials whether they may call (Fetch, "CORS-preflight fetch"); the server answers that.
    if (guarded !== OPEN) resource.addMethod("OPTIONS", undefined, OPEN);
  }
}

const allRoutesOf = (api: RestApi): { actions: string[]; resourceArns: string[] } => ({
  actions: ["execute-api:Invoke"],
  resourceArns: [api.arnForExecuteApi("*", "/*", STAGE)],
});
