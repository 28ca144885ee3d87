import type { SpanIdentity } from "./span-identity.ts";

/**
 * The seam of the toolkit: adapters are on one side, MCP is on the other. It is plain data, because no serverless platform
 * hands out a web `Request`, and the first one that a Node.js process creates costs 31 to 37 ms of a cold start.
 */

/** One HTTP request. An iterable body is a stream that is read only when the head of the request was accepted. */
export interface HttpRequest {
  /** Upper case, as the client sent it: `POST`. */
  readonly method: string;
  /** Path and query as the client sent them, beginning with `/`; never the authority. */
  readonly url: string;
  /** Lower-case names. A repeated header is one value, joined with `, ` (RFC 9110 §5.3); `cookie` with `; `. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Absent when the request has no body or an empty one; only a stream may turn out to be empty. Its iterator may be left
   * before the end, which must not break the connection: a response follows.
   */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** One HTTP response. An iterable body is a stream: the adapter sends each chunk at once. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<string>;
}

/** Serves one HTTP request. Every adapter calls one; `createMcpEndpoint` creates one. */
export type HttpHandler = (request: HttpRequest, invocation: Invocation) => Promise<HttpResponse>;

/** Facts about one request that the platform attests. None comes from a header that a client can set. */
export interface Invocation {
  /** The platform's id for this request, unique across instances. */
  readonly requestId: string;
  /** Address of the client, as the platform's ingress saw it. */
  readonly clientIp?: string;
  /** The deployed version that serves the request, as the platform names it. Absent where its log names it beside each line. */
  readonly deployedVersion?: string;
  /**
   * `traceparent` of the span in which the platform runs this request (W3C Trace Context §3.2). Absent where it has none, or
   * records none.
   */
  readonly traceparent?: string;
  /** The fields by which the platform's console joins a line of the log to a span. */
  readonly correlate?: (span: SpanIdentity) => Readonly<Record<string, string | boolean>>;
  /** The caller whom the platform authenticated before it passed the request on. Absent where it was not set up to. */
  readonly identity?: PlatformIdentity;
  /** Fires when the client disconnects, on platforms that report it. */
  readonly signal?: AbortSignal;
  /** Fires shortly before the platform stops the invocation, with enough time left to end a stream cleanly. */
  readonly deadline?: AbortSignal;
  /** Unix time in milliseconds at which `deadline` fires; absent where nothing limits the invocation. */
  readonly deadlineAt?: number;
  /** The task to go on with, where the platform delivers a job of the work queue. Its request is empty. */
  readonly job?: string;
  /**
   * Fires when the platform has told the instance to end: what a client can resume elsewhere is let go, and the rest is
   * finished. `deadline` then fires shortly before the end. Absent where no platform ends an instance during a request.
   */
  readonly stopping?: AbortSignal;
  /** False behind an ingress that buffers: every response must then be one JSON body. */
  readonly canStream: boolean;
  /** True when the platform gives the instance no other request until this response is complete. */
  readonly exclusive?: boolean;
  /** Keeps the instance running until `work` settles, after the response was sent. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** A caller as a platform attests it. */
export interface PlatformIdentity {
  /** The issuer: a URL, or one word for all callers of that kind. */
  readonly issuer: string;
  /** The caller's name at that issuer. */
  readonly subject: string;
  /** The OAuth client that the caller uses. */
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  /** Everything else that the platform attests, under the platform's own names. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Turns a handler into the form that one platform calls. An adapter translates; it decides nothing. */
export type Adapter<Native> = (handler: HttpHandler) => Native;
