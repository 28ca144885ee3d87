export { CONFIG_VARIABLES, type Config, readConfig } from "./config.ts";
export { createMcpEndpoint, type McpEndpointOptions } from "./endpoint.ts";
export { AnycloudError, type ErrorCode } from "./errors.ts";
export { type Fetch, toFetch } from "./fetch.ts";
export type { Adapter, HttpHandler, HttpRequest, HttpResponse, Invocation } from "./handler.ts";
export type { LogSink, RequestRecord } from "./log.ts";
export { neverThrows } from "./never-throws.ts";
export {
  defineServer,
  type FactoryContext,
  type SdkV1Server,
  type ServerDefinition,
  type ServerFactory,
} from "./server.ts";
