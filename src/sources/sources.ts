/** The entry point for servers that come from elsewhere than a module: `mcp-anycloud/sources`. */
export { type GatewayOptions, gateway } from "./gateway/gateway.ts";
export { lockTools } from "./gateway/lock/lock-tools.ts";
export type { LockOptions, ToolLock } from "./gateway/lock/tool-lock.ts";
export type { SearchOptions } from "./gateway/search/tool-search.ts";
export type { Source } from "./gateway/source.ts";
export { type OpenApiOptions, openapi } from "./openapi/openapi.ts";
export type { Credentials } from "./remote/credentials/credentials.ts";
export { type DelegationOptions, delegatedToken } from "./remote/credentials/delegated-token.ts";
export { platformToken } from "./remote/credentials/platform-token.ts";
export { secretToken } from "./remote/credentials/secret-token.ts";
export { remote } from "./remote/remote.ts";
export type { RemoteOptions } from "./remote/remote-options.ts";
export { stdio } from "./stdio/stdio.ts";
export type { StdioOptions } from "./stdio/stdio-options.ts";
