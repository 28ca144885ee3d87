/** `mcp-anycloud/cdk`: an MCP server on AWS, as a construct and as a stack of its own. */
export type { Auth, CognitoAuth, JwtAuth } from "./access/auth.ts";
export type { TokenIssuer } from "./access/token-issuer.ts";
export type { DeploymentProps } from "./compute/canary.ts";
export type { Compute } from "./compute/compute.ts";
export type { IngressKind } from "./ingress/ingress.ts";
export type { Throttle } from "./ingress/rest-api.ts";
export type { CustomDomain } from "./ingress/rest-domain.ts";
export { McpServer } from "./mcp-server.ts";
export type { McpServerProps } from "./mcp-server-props.ts";
export { McpServerStack, type McpServerStackProps } from "./mcp-server-stack.ts";
export type { AlarmProps } from "./operations/alarms.ts";
export type { McpSettings } from "./settings.ts";
export type { RedisProps } from "./state/redis.ts";
export type { SessionTableProps } from "./state/session-table.ts";
