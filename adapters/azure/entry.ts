import { app, type HttpMethod } from "@azure/functions";
import type { HttpHandler } from "../../src/adapter.ts";
import { toAzureFunction } from "./http-trigger.ts";

export { platformIdentities } from "./identity.ts";
export { identityToken } from "./identity-token.ts";
export { toAzureFunction };

/** What the library's `HttpRequest` can carry: the Fetch standard forbids `CONNECT` and `TRACE`. */
const METHODS: HttpMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/**
 * Makes `handler` the whole function app: one streaming HTTP function named `mcp` that serves every path.
 * The paths are the server's own when host.json sets `extensions.http.routePrefix` to `""`.
 */
export function toAzureFunctions(handler: HttpHandler): void {
  // Without it, the host receives a response only once its body has ended.
  // https://learn.microsoft.com/azure/azure-functions/functions-reference-node#http-streams
  app.setup({ enableHttpStream: true });
  app.http("mcp", {
    methods: METHODS,
    // Function keys are no substitute for the bearer tokens that the MCP authorization specification asks for.
    authLevel: "anonymous",
    route: "{*path}",
    handler: toAzureFunction(handler),
  });
}
