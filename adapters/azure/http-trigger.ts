import {
  type HttpHandler as AzureHandler,
  type HttpRequest as AzureRequest,
  HttpResponse as AzureResponse,
  app,
} from "@azure/functions";
import type { Adapter, HttpHandler, HttpRequest, HttpResponse, Invocation } from "../../src/adapter.ts";
import { catchErrors } from "../../src/adapter.ts";
import { createBackgroundWork } from "./background-work.ts";
import { readFunctionTimeoutMs } from "./function-timeout.ts";
import { clientIpOf, headersOf, type ProxiedConnection, watchProxiedConnections } from "./proxied-connection.ts";
import { startDeadline } from "./start-deadline.ts";

/**
 * Serves an HTTP trigger of programming model v4, for apps that register their functions themselves.
 * Streams when the app was set up with `enableHttpStream`; otherwise `canStream` is false.
 */
export const toAzureFunction: Adapter<AzureHandler> = (handler) => {
  const connectionOf = watchProxiedConnections();
  const background = createBackgroundWork();
  app.hook.appTerminate(() => background.settled());
  // The worker's current directory is the app's folder (azure-functions-nodejs-worker, FunctionEnvironmentReload).
  const timeoutMs = readFunctionTimeoutMs(process.env, process.cwd());

  return async (native, context) => {
    const connection = connectionOf(context.invocationId);
    const { deadline, clear } = startDeadline(timeoutMs);
    const invocation: Invocation = {
      requestId: context.invocationId,
      ...clientIpOf(connection),
      deadline,
      canStream: connection !== undefined,
      waitUntil: (work) => background.add(work, (error) => context.error("work after the response failed:", error)),
    };
    try {
      return await answer({ handler, request: await toRequest(native, connection), invocation, connection, clear });
    } catch (error) {
      // The client gave up while it sent the body; nobody is left to answer.
      clear();
      throw error;
    }
  };
};

interface Answering {
  readonly handler: HttpHandler;
  readonly request: HttpRequest;
  readonly invocation: Invocation;
  readonly connection: ProxiedConnection | undefined;
  /** Stops the clock of the deadline. */
  readonly clear: () => void;
}

async function answer({ handler, request, invocation, connection, clear }: Answering): Promise<AzureResponse> {
  const send = (response: HttpResponse): AzureResponse => toResponse(response, connection, clear);
  let sent: AzureResponse | undefined;
  // Inside catchErrors too: an answer HTTP cannot carry (status 700, a header outside Latin-1) becomes a 500 here,
  // whereas the library would leave the client waiting. https://github.com/Azure/azure-functions-nodejs-library/issues/324
  const serve = catchErrors(async (...call) => {
    const response = await handler(...call);
    sent = send(response);
    return response;
  });
  const response = await serve(request, invocation);
  return sent ?? send(response);
}

async function toRequest(native: AzureRequest, connection: ProxiedConnection | undefined): Promise<HttpRequest> {
  const body = new Uint8Array(await native.arrayBuffer());
  return {
    method: connection?.request.method ?? native.method,
    url: connection?.request.url ?? pathAndQuery(native.url),
    headers: connection ? headersOf(connection) : Object.fromEntries(native.headers.entries()),
    ...(body.length > 0 && { body }),
  };
}

/** Cut, never resolved: in `https://host//evil.example/x` the rest is a path. */
const pathAndQuery = (url: string): string => url.slice(url.indexOf("/", url.indexOf("//") + 2));

function toResponse(
  { status, headers, body }: HttpResponse,
  connection: ProxiedConnection | undefined,
  onEnd: () => void,
): AzureResponse {
  if (typeof body === "object") {
    return new AzureResponse({ status, headers: { ...headers }, body: stream(body, connection, onEnd) });
  }
  onEnd();
  // Bytes, because a string would be given a content type that the handler did not ask for.
  return new AzureResponse({ status, headers: { ...headers }, body: body ? Buffer.from(body) : null });
}

/** The body as bytes, no faster than the client takes it; where it fails, the connection breaks. */
async function* stream(
  body: AsyncIterable<string>,
  connection: ProxiedConnection | undefined,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    // A connection that breaks before its headers is a request the host sends again (RetryProxyHandler).
    connection?.response.flushHeaders();
    for await (const chunk of body) {
      yield encoder.encode(chunk);
      await connection?.hasRoom();
    }
  } catch (error) {
    // The library would neither end nor break the response, and the client would wait for the idle limit.
    connection?.response.destroy();
    throw error;
  } finally {
    onEnd();
  }
}
