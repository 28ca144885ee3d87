/**
 * A program: replaces `aws-lambda-ric`, AWS's own runtime for Node.js, where that is not installed (it compiles native
 * code). It asks the Runtime API for one event at a time and responds as AWS's runtime does.
 */
import { Agent, type IncomingMessage, request as openRequest } from "node:http";
import { loadHandler } from "./handler-loading.ts";
import { installGlobals, isStreaming, type MarkedHandler, toRuntimeStream } from "./runtime-globals.ts";
import { readText } from "./runtime-messages.ts";

const { AWS_LAMBDA_RUNTIME_API = "", LAMBDA_TASK_ROOT = "", _HANDLER = "" } = process.env;
const API = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface NextEvent {
  readonly event: unknown;
  readonly context: { readonly awsRequestId: string; getRemainingTimeInMillis(): number };
}

installGlobals();
try {
  await serve(await loadHandler(LAMBDA_TASK_ROOT, _HANDLER));
} catch (error) {
  console.error(error);
  await post("/init/error", describe(error));
  process.exit(1);
}

async function serve(handler: MarkedHandler): Promise<never> {
  const respond = isStreaming(handler) ? respondStreaming : respondBuffered;
  for (;;) await respond(handler, await nextEvent());
}

async function nextEvent(): Promise<NextEvent> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    openRequest(`${API}/invocation/next`, { agent }, resolve).on("error", reject).end();
  });
  const event = JSON.parse(await readText(response));
  const { headers } = response;
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const context = {
    awsRequestId: String(headers["lambda-runtime-aws-request-id"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  process.env._X_AMZN_TRACE_ID = String(headers["lambda-runtime-trace-id"]);
  return { event, context };
}

async function respondBuffered(handler: MarkedHandler, { event, context }: NextEvent): Promise<void> {
  const path = `/invocation/${context.awsRequestId}`;
  try {
    const response = await handler(event, context);
    await post(`${path}/response`, response === undefined ? null : response);
  } catch (error) {
    console.error(error);
    await post(`${path}/error`, describe(error));
  }
}

async function respondStreaming(handler: MarkedHandler, { event, context }: NextEvent): Promise<void> {
  const request = openRequest(`${API}/invocation/${context.awsRequestId}/response`, {
    agent,
    method: "POST",
    headers: {
      "lambda-runtime-function-response-mode": "streaming",
      "content-type": "application/octet-stream",
      "transfer-encoding": "chunked",
      trailer: `${ERROR_TYPE}, ${ERROR_BODY}`,
    },
  });
  const accepted = new Promise<void>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => response.resume().on("end", resolve).on("error", reject));
  });
  // The handler may throw before this promise is awaited.
  accepted.catch(() => {});
  try {
    const result = handler(event, toRuntimeStream(request), context);
    if (!(result instanceof Promise)) throw new Error("Streaming does not support non-async handlers.");
    await result;
    await accepted;
  } catch (error) {
    console.error(error);
    const description = describe(error);
    request.addTrailers({
      [ERROR_TYPE]: description.errorType,
      [ERROR_BODY]: Buffer.from(JSON.stringify(description)).toString("base64"),
    });
    request.end();
    await accepted.catch(() => {});
  }
}

async function post(path: string, body: unknown): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = openRequest(API + path, { agent, method: "POST" }, resolve).on("error", reject);
    request.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  await readText(response);
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] };
}
