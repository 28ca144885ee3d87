import type { HttpRequest, HttpResponse, Invocation } from "./http-handler.ts";
import type { AnswerOutcome } from "./json-rpc.ts";

/** The log record of one request. Never a body, a token, or a header that could hold one. */
export interface RequestRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly level: "info" | "error";
  readonly message: "request";
  readonly requestId: string;
  /**
   * Trace id of the caller's `traceparent` (W3C Trace Context §3.2): the one in the message's `_meta`, whose sender is the
   * MCP client (MCP 2026-07-28, Basic, `_meta`), otherwise the one in the HTTP header.
   */
  readonly traceId?: string;
  /** Trace id of the HTTP header, where it is another one: proxies on the way have traces of their own. */
  readonly linkedTraceId?: string;
  readonly httpMethod: string;
  /** Without the query, which could hold secrets. */
  readonly path: string;
  readonly status: number;
  /**
   * Absent where a stream ended before the response. `refused`: not let in or not allowed, by a 4xx or by a policy.
   * `failed`: a 5xx. The others are answers of the server.
   */
  readonly outcome?: RequestOutcome;
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

type RequestOutcome = AnswerOutcome | "refused" | "failed";

/** Fields of the record that are known only while the request is served. */
export interface RequestLogFields {
  /** `_meta.traceparent` of the message, as its client sent it. The record has its trace id alone. */
  traceparent?: unknown;
  outcome?: RequestOutcome;
  era?: "modern" | "legacy";
  mcpMethod?: string;
  mcpName?: string;
  /** Bytes read of a body that came in as a stream. */
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
    const { isWritten: _written, traceparent: _parsed, requestBytes, ...fields } = logFields;
    logFields.isWritten = true;
    const hasFailed = logFields.error !== undefined;
    if (level === "silent" || (level === "error" && !hasFailed)) return;
    const outcome = fields.outcome ?? outcomeByStatus(status, { hasFailed, isStream: streamedBytes !== undefined });
    sink({
      time: new Date().toISOString(),
      level: hasFailed ? "error" : "info",
      message: "request",
      requestId,
      ...traceFields(request, logFields),
      httpMethod: request.method,
      path: request.url.split("?", 1)[0] ?? "",
      status,
      ...fields,
      ...(outcome && { outcome }),
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

/** The outcome of a request that no server answered. */
function outcomeByStatus(
  status: number,
  { hasFailed, isStream }: { readonly hasFailed: boolean; readonly isStream: boolean },
): RequestOutcome | undefined {
  if (status >= 500 || hasFailed) return "failed";
  if (status >= 400) return "refused";
  return isStream ? undefined : "ok";
}

/** The traces of a request: of its message, or else of its header; beside the first, the second is a link. */
export function traceFields(
  { headers }: HttpRequest,
  { traceparent }: RequestLogFields,
): Pick<RequestRecord, "traceId" | "linkedTraceId"> {
  const ofHeader = traceIdOf(headers.traceparent);
  const traceId = traceIdOf(traceparent) ?? ofHeader;
  return { ...(traceId && { traceId }), ...(ofHeader && ofHeader !== traceId && { linkedTraceId: ofHeader }) };
}

/** The trace id in a `traceparent`, when it is a valid one. */
const traceIdOf = (traceparent: unknown): string | undefined =>
  typeof traceparent === "string"
    ? /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/.exec(traceparent)?.[1]
    : undefined;
