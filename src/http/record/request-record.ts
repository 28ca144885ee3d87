/** Grows when a field is taken away or means something else. A new field leaves it as it is. */
export const REQUEST_SCHEMA = 1;

/**
 * The end of a request. `input_required`: the server asked for more input (2026-07-28). `tool_error`: the tool's result
 * says `isError`. `protocol_error`: a JSON-RPC error, whose code is in `errorCode`; also a tool that the server does not have.
 * `refused`: not let in, not allowed, or over a limit. `cancelled`: the client left or called it off. `timed_out`: the
 * platform's time came first. `instance_lost`: the instance that worked on it is gone.
 */
export type RequestOutcome =
  | "ok"
  | "input_required"
  | "tool_error"
  | "protocol_error"
  | "refused"
  | "cancelled"
  | "timed_out"
  | "instance_lost";

/**
 * The log record of one request, or of one job of a task: one JSON line. Never a body, a token, or a header that could hold
 * one. docs/observability.md is written from the comments of these fields.
 */
export interface RequestRecord {
  /** Version of this list of fields: 1. */
  readonly schema: typeof REQUEST_SCHEMA;
  /** ISO 8601, when the line was written. */
  readonly time: string;
  /** `error` where the server failed: the line then has `error`. */
  readonly level: "info" | "error";
  /** Always `request`: other lines say something else here. */
  readonly message: "request";
  /** The platform's id of the request. */
  readonly requestId: string;
  /** The deployed version that served it, as the platform names it, where the platform tells. */
  readonly deployedVersion?: string;
  /**
   * Trace id of the request's span. Without telemetry: of the caller's `traceparent` (W3C Trace Context §3.2), the one in the
   * message's `_meta` (MCP 2026-07-28, Basic, `_meta`), otherwise the one in the HTTP header or the platform's own.
   */
  readonly traceId?: string;
  /** Id of the request's span, where telemetry is on. */
  readonly spanId?: string;
  /** Trace id of the HTTP request, where it is another one: proxies on the way have traces of their own. */
  readonly linkedTraceId?: string;
  /** Method of the HTTP request. */
  readonly httpMethod: string;
  /** Path of the HTTP request, at most 512 characters of it, without the query, which could hold secrets. */
  readonly path: string;
  /** Status of the HTTP response. */
  readonly status: number;
  /**
   * `ok`, `input_required`, `tool_error`, `protocol_error`, `refused`, `cancelled`, `timed_out` or `instance_lost`. Of a batch,
   * the first that is not `ok`. Absent where the client left the stream of a session, whose work goes on without it.
   */
  readonly outcome?: RequestOutcome;
  /** Code of the JSON-RPC error, for `protocol_error`, `refused` and `timed_out`. */
  readonly errorCode?: number;
  /** `modern` (2026-07-28) or `legacy`. Absent where the request was refused before that was known. */
  readonly era?: "modern" | "legacy";
  /** Revision of MCP that the request was served with. */
  readonly protocolVersion?: string;
  /** JSON-RPC method. `_OTHER` for one that the server has never answered: a caller could name as many as it likes. */
  readonly mcpMethod?: string;
  /** The tool or prompt that the request names. `_OTHER` for one that the server is not known to have. */
  readonly mcpName?: string;
  /** How many messages a batch had. */
  readonly batch?: number;
  /** `name` of the client's `clientInfo`, at most 64 characters of it. */
  readonly clientName?: string;
  /** `version` of the client's `clientInfo`, at most 64 characters of it. */
  readonly clientVersion?: string;
  /** Address of the client, as the platform's ingress saw it. */
  readonly clientIp?: string;
  /** Milliseconds from the arrival of the request until the last byte of the response was handed over. */
  readonly durationMs: number;
  /** Bytes of the request's body. */
  readonly requestBytes: number;
  /** Bytes of the response's body. */
  readonly responseBytes: number;
  /** Whether the response was a stream. */
  readonly streamed: boolean;
  /** Present on the first request that this process serves, whose caller may have waited for it to start. */
  readonly coldStart?: true;
  /** Reads of the store that all instances share, where there were any. */
  readonly storeReads?: number;
  /** Writes to that store, where there were any. */
  readonly storeWrites?: number;
  /** Number of the attempt, from 1 on, for a job of a task. */
  readonly attempt?: number;
  /** Status of the task after the job: `working`, `input_required`, `completed`, `failed` or `cancelled`. */
  readonly taskStatus?: string;
  /** Milliseconds from the creation of the task to the end of this job. */
  readonly taskAgeMs?: number;
  /** Milliseconds for which the task was due and no instance had taken it. */
  readonly taskDelayMs?: number;
  /** The failure, for the operator. */
  readonly error?: string;
}

/** Fields by which a platform's console joins lines to traces. Each adapter has its own. */
export type CorrelationFields = Readonly<Record<string, string | boolean>>;
