import type { HttpRequest, HttpResponse, Invocation } from "./http-handler.ts";

/** The log record of one request. Never a body, a token, or a header that could hold one. */
export interface RequestRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly level: "info" | "error";
  readonly message: "request";
  readonly requestId: string;
  /** Trace id of the caller's `traceparent` (W3C Trace Context §3.2), when it sent a valid one. */
  readonly traceId?: string;
  readonly httpMethod: string;
  /** Without the query, which could hold secrets. */
  readonly path: string;
  readonly status: number;
  /** The protocol era that served it; absent when it was refused before the era was known. */
  readonly era?: "modern" | "legacy";
  /** JSON-RPC method, and the tool or prompt that it names. */
  readonly mcpMethod?: string;
  readonly mcpName?: string;
  readonly clientIp?: string;
  /** From the arrival of the request until the last byte of the response was handed over. */
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly streamed: boolean;
  /** Present on the first request that this process serves, whose caller may have waited for it to start. */
  readonly coldStart?: true;
  /** The failure, for the operator. */
  readonly error?: string;
}

/** Fields of the record that are known only while the request is served. */
export interface RequestLogFields {
  era?: "modern" | "legacy";
  mcpMethod?: string;
  mcpName?: string;
  /** Of a body that came in as a stream. */
  requestBytes?: number;
  error?: string;
  /** Set when the record was written: a later failure has no place in it. */
  isWritten?: true;
}

export type LogSink = (record: RequestRecord) => void;

/** The records to write: all, those of failures, or none. */
export type LogLevel = "info" | "error" | "silent";

/** One JSON line on standard output, which every platform collects into its log. */
export const writeLogLine: LogSink = (record) => void process.stdout.write(`${JSON.stringify(record)}\n`);

export interface RequestLogOptions {
  readonly sink: LogSink;
  readonly level: LogLevel;
}

export interface RequestLog {
  readonly logFields: RequestLogFields;
  /** The same response, its record written once its last byte was handed over. */
  finish(response: HttpResponse): HttpResponse;
}

/** Whether a request has come to this process already. */
let served = false;

/** Starts the record of a request. */
export function startRequestLog(
  request: HttpRequest,
  { requestId, clientIp }: Invocation,
  { sink, level }: RequestLogOptions,
): RequestLog {
  const startedAt = process.hrtime.bigint();
  const logFields: RequestLogFields = {};
  const coldStart = !served;
  served = true;
  const write = ({ status, body }: HttpResponse, streamedBytes?: number): void => {
    const { isWritten: _, requestBytes, ...fields } = logFields;
    logFields.isWritten = true;
    const hasFailed = logFields.error !== undefined;
    if (level === "silent" || (level === "error" && !hasFailed)) return;
    const traceId = traceIdOf(request.headers.traceparent);
    sink({
      time: new Date().toISOString(),
      level: hasFailed ? "error" : "info",
      message: "request",
      requestId,
      ...(traceId && { traceId }),
      httpMethod: request.method,
      path: request.url.split("?", 1)[0] ?? "",
      status,
      ...fields,
      ...(clientIp && { clientIp }),
      durationMs: Math.round(Number(process.hrtime.bigint() - startedAt) / 100_000) / 10,
      requestBytes: requestBytes ?? byteLength(request.body),
      responseBytes: streamedBytes ?? byteLength(body),
      streamed: streamedBytes !== undefined,
      ...(coldStart && { coldStart }),
    });
  };
  return {
    logFields,
    finish(response) {
      const { body } = response;
      if (typeof body === "object") {
        return { ...response, body: counted(body, (bytes) => write(response, bytes), logFields) };
      }
      write(response);
      return response;
    },
  };
}

async function* counted(
  body: AsyncIterable<string>,
  done: (bytes: number) => void,
  logFields: RequestLogFields,
): AsyncGenerator<string, void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += Buffer.byteLength(chunk);
      yield chunk;
    }
  } catch (error) {
    logFields.error = String(error);
    throw error;
  } finally {
    done(bytes);
  }
}

/** The size of a body in bytes of UTF-8; 0 of a stream. */
const byteLength = (body: HttpRequest["body"] | HttpResponse["body"]): number => {
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : 0;
};

/** The trace id in a `traceparent`, when it is a valid one. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/.exec(traceparent ?? "")?.[1];
