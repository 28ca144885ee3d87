import type { IncomingMessage, ServerResponse } from "node:http";
import { closeIngress } from "../../ingress.ts";
import { openAtSecretAddress, openPrivateService } from "../../private-service.ts";
import type { LambdaRuntimeProgram } from "./find-runtime.ts";
import { MAX_RESPONSE_BYTES } from "./lambda-limits.ts";
import type { FunctionError, Outcome, RunningInvocation } from "./outcome.ts";
import { receiveStream } from "./response-stream.ts";
import { readError, readText, reply } from "./runtime-messages.ts";

/** An event for the function. */
interface Work {
  readonly requestId: string;
  readonly event: string;
  /** Time limit of the invocation, in Unix milliseconds. */
  readonly expiresAt: number;
  readonly functionArn: string;
  readonly traceId: string;
}

/**
 * The HTTP API between Lambda and one runtime process (Lambda Developer Guide, "Using the Lambda runtime API for custom
 * runtimes"), for one invocation at a time.
 */
export interface RuntimeApi {
  /** Value of `AWS_LAMBDA_RUNTIME_API`: host and port, and a path for a runtime that takes one. */
  readonly address: string;
  /** Resolves when the runtime first asks for work; rejects with a `FunctionError` when initialisation failed. */
  readonly ready: Promise<void>;
  assign(work: Work): RunningInvocation;
  /** Fails the invocation in progress, and the initialisation if that has not ended. */
  fail(error: FunctionError): void;
  /** Reports that the process has ended: fails the invocation in progress and all later ones, and closes the server. */
  end(error: FunctionError): Promise<void>;
}

interface Assignment {
  readonly requestId: string;
  readonly outcome: PromiseWithResolvers<Outcome>;
  readonly answered: PromiseWithResolvers<void>;
  readonly done: PromiseWithResolvers<void>;
  /** Whether the runtime has begun to send its response. */
  begun: boolean;
  /** Why a response that has begun breaks off. */
  failure?: FunctionError;
}

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

export async function openRuntimeApi({ takesPath }: Pick<LambdaRuntimeProgram, "takesPath">): Promise<RuntimeApi> {
  const ready = Promise.withResolvers<void>();
  // The initialisation may fail before anything waits for it.
  ready.promise.catch(() => {});
  let current: Assignment | undefined;
  let waiting: ServerResponse | undefined;
  let gone: FunctionError | undefined;

  function next(response: ServerResponse): void {
    if (current && !current.begun) {
      fail({ errorType: "Runtime.NextBeforeResponse", errorMessage: "The runtime asked for work before it answered." });
    }
    current?.done.resolve();
    current = undefined;
    waiting = response;
    ready.resolve();
  }

  function fail(error: FunctionError): void {
    ready.reject(error);
    if (!current) return;
    // For a function that reached its time limit, the limit is the reason, not how its process then ended.
    current.failure ??= error;
    current.outcome.resolve({ kind: "failed", error });
  }

  async function takeResponse(
    assignment: Assignment,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.headers["lambda-runtime-function-response-mode"] === "streaming") {
      const stream = { request, response, onEnd: assignment.answered.resolve, failure: () => assignment.failure };
      return assignment.outcome.resolve(receiveStream(stream));
    }
    const payload = await readText(request);
    if (Buffer.byteLength(payload) > MAX_RESPONSE_BYTES) {
      const errorMessage = `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      reply(response, 413, { errorType: "RequestEntityTooLarge", errorMessage });
      const error = { errorType: "Function.ResponseSizeTooLarge", errorMessage };
      return assignment.outcome.resolve({ kind: "failed", error });
    }
    reply(response, 202, { status: "OK" });
    assignment.outcome.resolve({ kind: "buffered", payload });
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (path === "/2018-06-01/runtime/invocation/next") return next(response);
    if (path === "/2018-06-01/runtime/init/error") {
      ready.reject(await readError(request));
      return reply(response, 202, { status: "OK" });
    }
    const [, id, verb] = INVOCATION.exec(path) ?? [];
    const assignment = current;
    if (!id || !verb) return reply(response, 404, { errorType: "NotFound", errorMessage: path });
    if (!assignment || assignment.begun || decodeURIComponent(id) !== assignment.requestId) {
      return reply(response, 400, { errorType: "InvalidRequestID", errorMessage: "Invalid request ID" });
    }
    assignment.begun = true;
    if (verb === "response") return takeResponse(assignment, request, response);
    assignment.outcome.resolve({ kind: "failed", error: await readError(request) });
    reply(response, 202, { status: "OK" });
  }

  const open = takesPath ? openPrivateService : openAtSecretAddress;
  const { server, url } = await open((request, response) => {
    // A runtime that dies while it sends breaks its own request; the end of its process is reported elsewhere.
    route(request, response).catch(() => response.destroy());
  });

  return {
    address: url.slice("http://".length),
    ready: ready.promise,
    assign(work) {
      const assignment: Assignment = {
        requestId: work.requestId,
        outcome: Promise.withResolvers(),
        answered: Promise.withResolvers(),
        done: Promise.withResolvers(),
        begun: false,
      };
      current = assignment;
      if (gone) {
        fail(gone);
        assignment.done.resolve();
      }
      waiting?.writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": work.requestId,
        "lambda-runtime-deadline-ms": String(work.expiresAt),
        "lambda-runtime-invoked-function-arn": work.functionArn,
        "lambda-runtime-trace-id": work.traceId,
      });
      waiting?.end(work.event);
      const { outcome, answered, done } = assignment;
      // Buffered responses are complete when they are known.
      void outcome.promise.then(({ kind }) => kind !== "streamed" && answered.resolve());
      return { outcome: outcome.promise, answered: answered.promise, done: done.promise };
    },
    fail,
    async end(error) {
      gone = error;
      waiting = undefined;
      fail(error);
      await closeIngress(server);
      current?.done.resolve();
    },
  };
}
