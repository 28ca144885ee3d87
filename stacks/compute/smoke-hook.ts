import { Duration } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  type Version,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { createLogGroup } from "../operations/request-log.ts";

export interface SmokeHookProps {
  /** Folder with `index.mjs`, as `mcp-anycloud build` makes it. */
  readonly artefact: string;
  readonly candidate: Version;
  /** The URL that the candidate sees as its own: it may serve no other host or path. */
  readonly url: string;
}

/** The function that tries a new version as a client does; it may invoke only this version. Its log is kept for a month. */
export function createSmokeHook(parent: Construct, { artefact, candidate, url }: SmokeHookProps): LambdaFunction {
  const scope = new Construct(parent, "SmokeHook");
  const logGroup = createLogGroup(scope, "Log", 30);
  const role = new Role(scope, "Role", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: "What trying a new version takes",
  });
  const allow = (actions: string[], resource: string): void => {
    role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
  };
  allow(["lambda:InvokeFunction"], candidate.functionArn);
  allow(["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn);
  return new LambdaFunction(scope, "Function", {
    description: "Tries a new version of the MCP server before it gets traffic",
    code: Code.fromAsset(artefact),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: Duration.minutes(2),
    memorySize: 512,
    role,
    environment: { CANDIDATE: candidate.functionArn, MCP_URL: url },
    loggingFormat: LoggingFormat.JSON,
    logGroup,
  });
}
