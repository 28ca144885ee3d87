import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { McpServer } from "./mcp-server.ts";
import type { McpServerProps } from "./mcp-server-props.ts";
import { tagAll } from "./tags.ts";

export interface McpServerStackProps extends StackProps {
  /** The server. */
  readonly server: McpServerProps;
}

/** One MCP server in a stack of its own, whose outputs name its resources. */
export class McpServerStack extends Stack {
  readonly server: McpServer;

  constructor(scope: Construct, id: string, { server, ...props }: McpServerStackProps) {
    super(scope, id, { description: "MCP server (mcp-anycloud)", ...props });
    this.server = new McpServer(this, "Server", server);
    const { name, mcpUrl, compute, sessionTable, keyRing, logGroup, dashboard } = this.server;
    // CDK puts its own helper resources beside the server, not into it.
    tagAll(this, name);
    /** Adds an output, unless its value is undefined. */
    const output = (id: string, description: string, value: string | undefined): void => {
      if (value !== undefined) new CfnOutput(this, id, { value, description });
    };
    output("McpUrl", "Where MCP clients connect", mcpUrl);
    output("App", "ARN of the function, which the cloud's own tools deploy to", compute?.fn.functionArn);
    const outlives = "outlives the stack if it was made here";
    output("SessionStoreName", `The table of sessions and shared state; ${outlives}`, sessionTable?.tableName);
    output("KeyRingName", `ARN of the secret that holds the key ring; ${outlives}`, keyRing?.secretArn);
    output("LogLocation", "The log group with one line per request; outlives the stack", logGroup.logGroupName);
    const page = dashboardUrl(this, dashboard.dashboardName);
    output("DashboardUrl", "Traffic, latency, sessions, cold starts, cost", page);
  }
}

const dashboardUrl = ({ region }: Stack, name: string): string =>
  `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${name}`;
