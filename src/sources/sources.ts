/** The entry point for servers that come from elsewhere than a module: `mcp-anycloud/sources`. */
export { type GatewayOptions, gateway } from "./gateway/gateway.ts";
export type { Source } from "./gateway/source.ts";
