import {
  type HttpHandler as AzureHandler,
  type HttpResponse as AzureResponse,
  app,
  type HttpMethod,
} from "@azure/functions";
import {
  type Adapter,
  catchErrors,
  containUnhandledRejections,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from "../../src/adapter.ts";
import { createInFlight, type Grace } from "../shared/in-flight.ts";
import { readFunctionTimeoutMs } from "./function-timeout.ts";
import { readRoutePrefix } from "./host-json.ts";
import { type OpenInvocation, openInvocation } from "./invocation.ts";
import { type ProxiedConnection, watchProxiedConnections } from "./proxied-connection.ts";
import { toRequest } from "./request.ts";
import { toResponse } from "./response.ts";

export { platformIdentities } from "./identity.ts";
export { identityToken } from "./identity-token.ts";

/** The methods that the library's `HttpRequest` can carry: the Fetch standard forbids `CONNECT` and `TRACE`. */
const METHODS: HttpMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/**
 * Azure lets an instance finish its invocations before it takes it away ("drain mode"; learn.microsoft.com, event-driven
 * scaling, scale-in behaviors). Then, and where it cannot wait, the worker runs this hook, and ends 5 s later
 * (azure-functions-host, WorkerConstants, WorkerTerminateGracePeriodInSeconds).
 */
export const GRACE: Grace = { answerMs: 3_000, endMs: 4_500 };

/**
 * Makes `handler` the whole function app: one streaming HTTP function named `mcp` that serves every path behind
 * `extensions.http.routePrefix` of host.json.
 */
export function toAzureFunctions(handler: HttpHandler): void {
  // Without it, the host gets a response only when its body has ended.
  // https://learn.microsoft.com/azure/azure-functions/functions-reference-node#http-streams
  app.setup({ enableHttpStream: true });
  app.http("mcp", {
    methods: METHODS,
    // Function keys do not replace the bearer tokens that the MCP authorization specification asks for.
    authLevel: "anonymous",
    route: "{*path}",
    handler: toAzureFunction(handler),
  });
}

/**
 * Serves an HTTP trigger of programming model v4, for apps that register their functions themselves.
 * Streams when the app was set up with `enableHttpStream`; otherwise `canStream` is false.
 */
export const toAzureFunction: Adapter<AzureHandler> = (handler) => {
  // The worker has no listener of its own, and would end with every request that it serves.
  containUnhandledRejections();
  const takeConnection = watchProxiedConnections();
  const inFlight = createInFlight();
  app.hook.appTerminate(() => inFlight.drain(GRACE));
  // The worker's current directory is the app's folder (azure-functions-nodejs-worker, FunctionEnvironmentReload).
  const timeoutMs = readFunctionTimeoutMs(process.env, process.cwd());

  const routePrefix = readRoutePrefix(process.env, process.cwd());

  return async (native, context) => {
    const connection = takeConnection(context.invocationId);
    const invocation = openInvocation({ context, connection, timeoutMs, inFlight });
    return respond(handler, toRequest(native, connection, routePrefix), invocation, connection);
  };
};

async function respond(
  handler: HttpHandler,
  request: HttpRequest,
  { facts, close }: OpenInvocation,
  connection: ProxiedConnection | undefined,
): Promise<AzureResponse> {
  const send = (response: HttpResponse): AzureResponse => toResponse(response, connection, close);
  let sent: AzureResponse | undefined;
  // `send` is inside catchErrors too: a response that HTTP cannot carry (status 700, a header outside Latin-1) becomes a
  // 500 here. The library would leave the client waiting.
  // https://github.com/Azure/azure-functions-nodejs-library/issues/324
  const serve = catchErrors(async (...call) => {
    const response = await handler(...call);
    sent = send(response);
    return response;
  });
  const response = await serve(request, facts);
  return sent ?? send(response);
}
