import { monotonicMs } from "../clock.ts";
import type { HttpRequest, HttpResponse, Invocation } from "./http-handler.ts";

/** One request, as the log tells it. Never a body, a token, or a header that could hold one. */
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
  /** Which protocol era served it; absent when it was answered before that was known. */
  readonly era?: "modern" | "legacy";
  /** JSON-RPC method, and what it names: a tool or prompt. */
  readonly mcpMethod?: string;
  readonly mcpName?: string;
  readonly clientIp?: string;
  /** From the arrival of the request until the last byte of the answer was handed over. */
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly streamed: boolean;
  /** Present on the first request that this process serves, whose caller may have waited for it to start. */
  readonly coldStart?: true;
  /** What failed here, for the operator. */
  readonly error?: string;
}

/** What is found out about a request while it is served. */
export interface RequestLogFields {
  era?: "modern" | "legacy";
  mcpMethod?: string;
  mcpName?: string;
  error?: string;
}

export type LogSink = (record: RequestRecord) => void;

/** Which records are written: all, those of failures, or none. */
export type LogLevel = "info" | "error" | "silent";

/** One JSON line on standard output, where every platform's log takes it up. */
export const writeLogLine: LogSink = (record) => void process.stdout.write(`${JSON.stringify(record)}\n`);

/** Whatever a client names could be anything of any length. */
const MAX_NAME_LENGTH = 128;

/** Notes what a message asks for. Only requests by name are told apart; resource URIs may hold personal data. */
export function recordMessage(logFields: RequestLogFields, message: unknown): void {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
  if (typeof method === "string") logFields.mcpMethod = method.slice(0, MAX_NAME_LENGTH);
  const name = params?.name;
  if (typeof name === "string") logFields.mcpName = name.slice(0, MAX_NAME_LENGTH);
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
  { sink, level }: { readonly sink: LogSink; readonly level: LogLevel },
): RequestLog {
  const startedAt = monotonicMs();
  const logFields: RequestLogFields = {};
  const coldStart = !served;
  served = true;
  const write = ({ status, body }: HttpResponse, streamedBytes?: number): void => {
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
      ...logFields,
      ...(clientIp && { clientIp }),
      durationMs: Math.round((monotonicMs() - startedAt) * 10) / 10,
      requestBytes: byteLength(request.body),
      responseBytes: streamedBytes ?? byteLength(body as string | undefined),
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
      bytes += byteLength(chunk);
      yield chunk;
    }
  } catch (error) {
    logFields.error = String(error);
    throw error;
  } finally {
    done(bytes);
  }
}

/** Of a body, in bytes of UTF-8. */
export const byteLength = (body: string | Uint8Array | undefined): number =>
  typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);

/** The trace id in a `traceparent`, when it is a valid one. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/.exec(traceparent ?? "")?.[1];
