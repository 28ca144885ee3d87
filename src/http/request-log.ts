import type { HttpRequest, HttpResponse, Invocation } from "./http-handler.ts";
import { createKnownNames, type KnownNames } from "./record/known-names.ts";
import type { RequestLogFields } from "./record/log-fields.ts";
import { REQUEST_SCHEMA, type RequestRecord } from "./record/request-record.ts";
import { outcomeOfResponse } from "./record/response-outcome.ts";
import { traceFields } from "./record/trace-context.ts";
import type { ServedRequest } from "./served-request.ts";
import type { Telemetry } from "./telemetry.ts";
import { watchStream } from "./text-stream.ts";

/** Takes the records of requests. Nobody waits for it; one that throws, or whose promise is rejected, costs no response. */
export type LogSink = (record: RequestRecord) => void;

/** The records to write: all, those of failures, or none. */
export type LogLevel = "info" | "error" | "silent";

/** One JSON line on standard output, which every platform collects into its log. */
export const writeLogLine: LogSink = (record) => void process.stdout.write(`${JSON.stringify(record)}\n`);

export interface RequestLogOptions {
  readonly sink: LogSink;
  readonly level: LogLevel;
  /** Names that the server of the endpoint has. Default: none are known yet. */
  readonly names?: KnownNames;
  /** Observes requests. Default: nobody does. */
  readonly telemetry?: Telemetry | undefined;
}

export interface RequestLog {
  readonly logFields: RequestLogFields;
  /** The code that serves the request runs in this context of `servedRequest`. */
  readonly context: ServedRequest;
  /** The same response, its record written once its last byte was handed over. */
  finish(response: HttpResponse): HttpResponse;
}

/** Every line has one, also of a request that is refused. */
const MAX_PATH_LENGTH = 512;

/** Whether a request has come to this process already. */
let served = false;

/** Starts the record of a request. */
export function startRequestLog(
  request: HttpRequest,
  invocation: Invocation,
  { sink, level, names = createKnownNames(), telemetry }: RequestLogOptions,
): RequestLog {
  const startedAt = process.hrtime.bigint();
  const { requestId, clientIp, deployedVersion } = invocation;
  const logFields: RequestLogFields = {};
  const context: ServedRequest = { requestId, logFields, names, telemetry };
  const coldStart = !served;
  served = true;

  function toRecord(response: HttpResponse, streamedBytes: number | undefined): RequestRecord {
    const { isWritten: _written, isDetached: _detached, traceparent, span, ...known } = logFields;
    const {
      checksTools: _checks,
      listed: _listed,
      onEnd: _onEnd,
      onAnswer: _onAnswer,
      endLater: _later,
      requestBytes,
      ...fields
    } = known;
    const isTraced = [span, traceparent, request.headers.traceparent, invocation.traceparent].some(Boolean);
    const { status, body } = response;
    const hasFailed = fields.error !== undefined;
    const sizes = {
      requestBytes: requestBytes ?? byteLength(request.body),
      responseBytes: streamedBytes ?? byteLength(body),
    };
    if (fields.outcome === undefined) {
      const isStream = streamedBytes !== undefined;
      Object.assign(fields, outcomeOfResponse(response, { hasFailed, isStream, method: request.method }));
    }
    return {
      schema: REQUEST_SCHEMA,
      time: new Date().toISOString(),
      level: hasFailed ? "error" : "info",
      message: "request",
      requestId,
      ...(deployedVersion && { deployedVersion }),
      ...(isTraced && traceFields({ request, invocation, logFields })),
      httpMethod: request.method,
      path: request.url.split("?", 1)[0]?.slice(0, MAX_PATH_LENGTH) ?? "",
      status,
      ...fields,
      ...names.shown({ ...logFields, ...fields }),
      ...(clientIp && { clientIp }),
      durationMs: Math.round(Number(process.hrtime.bigint() - startedAt) / 100_000) / 10,
      ...sizes,
      streamed: streamedBytes !== undefined,
      ...(coldStart && { coldStart }),
    };
  }

  function write(response: HttpResponse, streamedBytes?: number): void {
    const { error, isDetached, onEnd } = logFields;
    const isLogged = level === "info" || (level === "error" && error !== undefined);
    if (isLogged || onEnd) {
      const record = toRecord(response, streamedBytes);
      // A response does not fail because nobody takes its record.
      const onLost = (failure: unknown): void =>
        console.error(`the record of request ${record.requestId} could not be written:`, failure);
      try {
        const taken: unknown = isLogged ? sink(record) : undefined;
        if (taken instanceof Promise) taken.catch(onLost);
      } catch (failure) {
        onLost(failure);
      }
      if (!isDetached) onEnd?.(record);
      else if (onEnd) logFields.endLater = () => onEnd(toRecord(response, streamedBytes));
    }
    logFields.isWritten = true;
    const flushed = telemetry?.flush(invocation);
    if (flushed) invocation.waitUntil?.(flushed);
  }

  return {
    logFields,
    context,
    finish(response) {
      const { body } = response;
      if (typeof body === "object") {
        return { ...response, body: counted(body, context, (bytes) => write(response, bytes)) };
      }
      write(response);
      return response;
    },
  };
}

/** The stream, which is read as the request's own code. */
const counted = (
  body: AsyncIterable<string>,
  context: ServedRequest,
  done: (bytes: number) => void,
): AsyncIterable<string> =>
  watchStream(body, {
    context,
    onEnd({ bytes, failure }) {
      if (failure) context.logFields.error = String(failure.error);
      done(bytes);
    },
  });

/** The size of a body in bytes of UTF-8; 0 of a stream. */
const byteLength = (body: HttpRequest["body"] | HttpResponse["body"]): number =>
  typeof body === "string" || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
