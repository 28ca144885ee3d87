import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { McpServer } from "./mcp-server.ts";
import type { McpServerProps } from "./mcp-server-props.ts";

export interface McpServerStackProps extends StackProps {
  /** The server. */
  readonly server: McpServerProps;
}

/** One MCP server in a stack of its own, and where to find what it made. */
export class McpServerStack extends Stack {
  readonly server: McpServer;

  constructor(scope: Construct, id: string, { server, ...props }: McpServerStackProps) {
    super(scope, id, { description: "MCP server (mcp-anycloud)", ...props });
    this.server = new McpServer(this, "Server", server);
    const { mcpUrl, sessionTable, logGroup, dashboard } = this.server;
    const output = (name: string, value: string, description: string): CfnOutput =>
      new CfnOutput(this, name, { value, description });
    output("McpUrl", mcpUrl, "Where MCP clients connect");
    output(
      "SessionTableName",
      sessionTable.tableName,
      "Sessions and shared state; outlives the stack if it was made here",
    );
    output("LogGroupName", logGroup.logGroupName, "One line per request; outlives the stack");
    output(
      "DashboardUrl",
      dashboardUrl(this, dashboard.dashboardName),
      "Traffic, latency, sessions, cold starts, cost",
    );
  }
}

const dashboardUrl = ({ region }: Stack, name: string): string =>
  `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${name}`;
