import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IVpc } from "aws-cdk-lib/aws-ec2";
import type { IRole } from "aws-cdk-lib/aws-iam";
import {
  Alias,
  ApplicationLogLevel,
  Architecture,
  Code,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface ComputeProps {
  /** Folder with `index.mjs`. */
  readonly artefact: string;
  readonly streaming: boolean;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  readonly reservedConcurrency: number | "unreserved";
  readonly provisionedConcurrency: number | undefined;
  readonly role: IRole;
  readonly logGroup: ILogGroup;
  readonly environment: Record<string, string>;
  readonly vpc: IVpc | undefined;
  /** Takes events that failed three times. */
  readonly deadLetterQueue: IQueue | undefined;
}

/** The function, and the alias that all traffic goes through. */
export interface Compute {
  readonly fn: LambdaFunction;
  readonly live: Alias;
}

/** Publishes the artefact as a new version of the function, with the alias `live` in front. */
export function createCompute(scope: Construct, props: ComputeProps): Compute {
  const { artefact, streaming, memoryMiB, reservedConcurrency, provisionedConcurrency, vpc, deadLetterQueue, ...rest } =
    props;
  const fn = new LambdaFunction(scope, "Function", {
    ...rest,
    description: "MCP server, built by mcp-anycloud",
    code: Code.fromAsset(artefact),
    handler: streaming ? "index.handler" : "index.bufferedHandler",
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: memoryMiB,
    ...(reservedConcurrency !== "unreserved" && { reservedConcurrentExecutions: reservedConcurrency }),
    ...(vpc && { vpc }),
    ...(deadLetterQueue && { deadLetterQueue }),
    tracing: Tracing.ACTIVE,
    // Lines that are JSON already stay as they are; the platform's own become JSON too.
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    systemLogLevelV2: SystemLogLevel.INFO,
    // Earlier versions stay, so that the alias can go back to one in seconds. One that is rolled back does not: the same code
    // could not be published again ("A version for this Lambda function exists", aws-cdk#28252).
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
  });
  const live = new Alias(scope, "Live", {
    aliasName: "live",
    // CDK's classes do not fit its interfaces under exactOptionalPropertyTypes; the other casts have the same reason.
    version: fn.currentVersion as IVersion,
    ...(provisionedConcurrency !== undefined && { provisionedConcurrentExecutions: provisionedConcurrency }),
  });
  return { fn, live };
}
