import { cpSync } from "node:fs";
import { join } from "node:path";
import { AssetHashType, DockerImage, type Duration } from "aws-cdk-lib";
import type { Role } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  SystemLogLevel,
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from "aws-cdk-lib/aws-lambda";
import type { ILogGroup, LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Auth } from "../access/auth.ts";
import { createLogGroup, UNAUTHENTICATED } from "../operations/request-log.ts";
import { packagedFolder } from "../packaged-folder.ts";
import type { Ingress } from "./ingress.ts";

export interface WebFunctionProps {
  /** Folder with `server.mjs`. */
  readonly artefact: string;
  readonly auth: Auth;
  readonly path: string;
  readonly timeout: Duration;
  readonly role: Role;
  readonly logGroup: ILogGroup;
  readonly environment: Record<string, string>;
}

/** Tells the container's server where Lambda wants it to listen. */
const START = "start.mjs";

/** A Lambda Web Function: the container's server, with an HTTPS endpoint of its own. */
export function createWebFunction(scope: Construct, props: WebFunctionProps): Ingress {
  const { artefact, auth, path, logGroup, ...rest } = props;
  const web = new WebFunction(scope, "WebFunction", {
    ...rest,
    revisionDescription: "MCP server, built by mcp-anycloud",
    code: toCode(artefact, createLogGroup(scope, "CodeCopyLog", 30)),
    runtime: WebFunctionRuntime.NODEJS_24_X,
    entryPoint: START,
    logGroup,
    applicationLogLevel: ApplicationLogLevel.INFO,
    systemLogLevel: SystemLogLevel.INFO,
    defaultEndpointAuth: auth === "iam" ? WebFunctionAuthType.IAM_AUTH : WebFunctionAuthType.APPLICATION_MANAGED,
  });
  // The first instance starts with the revision, and needs the role's policy.
  web.resourceRevision.node.addDependency(rest.role);
  return {
    mcpUrl: `https://${web.endpoint.domainName}${path}`,
    grantConnect: (grantee) => void web.endpoint.grants.invoke(grantee),
    refusals: { logGroup, pattern: UNAUTHENTICATED },
  };
}

/** Copies the artefact and adds one file. Nothing is bundled, and no Docker image is pulled. */
function toCode(artefact: string, logGroup: LogGroup): WebFunctionCode {
  return WebFunctionCode.fromAssetToManagedBucket(artefact, {
    assetHashType: AssetHashType.OUTPUT,
    // The log of the function with which CDK copies the code to where Lambda reads it.
    copyOptions: { logGroup },
    bundling: {
      image: DockerImage.fromRegistry("unused"),
      local: {
        tryBundle(folder) {
          cpSync(artefact, folder, { recursive: true });
          cpSync(join(packagedFolder("web-function"), START), join(folder, START));
          return true;
        },
      },
    },
  });
}
