import { App, Stack } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import { McpServer, McpServerStack } from "mcp-anycloud/cdk";

const app = new App();

const operations = new Stack(app, "Operations");
const alarms = new Topic(operations, "Alarms");

// In a stack of its own, whose outputs name its resources.
new McpServerStack(app, "Notes", { server: { auth: "iam", alarmTargets: [alarms] } });

// In a stack that you have, among its other resources.
const tools = new Stack(app, "Tools");
new McpServer(tools, "Server", { auth: "iam", ingress: "function-url" });
