import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { InstancePool } from "../instances.ts";
import { forward } from "./forward.ts";
import { type FrontEndRequest, limitIdleTime, receive, refuse } from "./front-end.ts";
import type { Route } from "./routes.ts";
import { sendRpcHttp, toRpcHttp } from "./rpc-response.ts";
import { toTriggerMetadata } from "./trigger-metadata.ts";
import type { Worker } from "./worker-instance.ts";
import type { InvocationRequest } from "./worker-protocol.ts";

export interface HostOptions {
  readonly pool: InstancePool<Worker>;
  /** How long a connection may be silent. */
  readonly idleMs: number;
  /** `functionTimeout` of the app that is served at present; `Infinity` when unbounded. */
  readonly functionTimeoutMs: () => number;
  readonly maxBodyBytes: number;
  readonly onOutput: ((line: string) => void) | undefined;
}

/** Emulates the front end and the Functions host: finds the function of a request and has a worker run it. */
export function createHost(options: HostOptions): RequestListener {
  return async (incoming, response) => {
    limitIdleTime(response, options.idleMs);
    const request = receive(incoming);
    const body = await readBody(incoming, options.maxBodyBytes);
    if (!request) return refuse(response, 400);
    if (body === undefined) return refuse(response, 413);
    const lease = await options.pool.lease().catch((error: unknown) => void options.onOutput?.(String(error)));
    // The host's response while no worker starts (azure-functions-host, HostAvailabilityCheckMiddleware).
    if (!lease) return refuse(response, 503, "Function host is not running.");
    try {
      // The client left while a worker started. Nobody would read the response, and nothing would end the exchange.
      if (response.destroyed) return;
      await dispatch({ ...options, worker: lease.instance, incoming, request, body, response });
    } finally {
      lease.release();
    }
  };
}

/** Reads the body; undefined when it is longer than allowed or the client went away. */
function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on("data", (chunk: Buffer) => {
    length += chunk.length;
    // The rest is read and dropped, so that the client comes to read the response.
    if (length > maxBytes) resolve(undefined);
    else chunks.push(chunk);
  });
  incoming.once("end", () => resolve(Buffer.concat(chunks))).once("close", () => resolve(undefined));
  return promise;
}

interface Dispatch extends HostOptions {
  readonly worker: Worker;
  readonly incoming: IncomingMessage;
  readonly request: FrontEndRequest;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

async function dispatch(call: Dispatch): Promise<void> {
  const { worker, request, response } = call;
  for (const route of worker.routes) {
    const params = route.match(request.method, request.path);
    if (!params) continue;
    // The emulator has no function keys, so a request for any other level lacks a valid one.
    if (!route.anonymous) return refuse(response, 401);
    return await run(call, toInvocation(call, route, params));
  }
  refuse(response, 404);
}

function toInvocation(
  { worker, incoming, request, body }: Dispatch,
  route: Route,
  params: Readonly<Record<string, string>>,
): InvocationRequest {
  return {
    invocationId: randomUUID(),
    functionId: route.functionId,
    // The message is minimal when the request itself is proxied (GrpcMessageConversionExtensions.ToRpcHttp).
    inputData: [{ name: route.bindingName, data: { http: worker.httpUri ? {} : toRpcHttp(request, params, body) } }],
    triggerMetadata: toTriggerMetadata({
      query: request.query.slice(1),
      headers: request.headers,
      params,
      body,
      hasContentLength: incoming.headers["content-length"] !== undefined,
    }),
    traceContext: { traceParent: incoming.headers.traceparent?.toString() ?? "", traceState: "" },
  };
}

/** Resolves when the invocation has ended, whether or not the client is still connected. */
async function run(call: Dispatch, invocation: InvocationRequest): Promise<void> {
  const { worker, request, body, response, onOutput } = call;
  const timer = stopAfter(call.functionTimeoutMs(), worker, onOutput);
  const forwarding = worker.httpUri
    ? forward({ to: worker.httpUri, invocationId: invocation.invocationId, request, body, response })
    : undefined;
  try {
    const result = await worker.invoke(invocation);
    if (result.error !== undefined) onOutput?.(`Invocation ${invocation.invocationId} failed: ${result.error}`);
    if (!forwarding) return sendRpcHttp(result, response);
    // An invocation that failed without a response leaves the client waiting for the idle limit.
    // https://github.com/Azure/azure-functions-nodejs-library/issues/324, GrpcWorkerChannel.InvokeResponse
    if ((await forwarding) !== undefined) refuse(response, 500);
  } catch {
    refuse(response, 500);
  } finally {
    clearTimeout(timer);
  }
}

/** `functionTimeout` ends the worker with all its invocations (WebScriptHostExceptionHandler.cs). */
export function stopAfter(
  timeoutMs: number,
  worker: Worker,
  onOutput: HostOptions["onOutput"],
): NodeJS.Timeout | undefined {
  if (timeoutMs > 2 ** 31 - 1) return undefined;
  return setTimeout(() => {
    onOutput?.("A function timeout has occurred. Restarting worker process.");
    void worker.stop();
  }, timeoutMs);
}
