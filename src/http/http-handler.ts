/**
 * The seam of the toolkit: everything above it is a cloud, everything below it is MCP.
 * Plain data on both sides, because no serverless platform hands out a web `Request`, and the first one made in a
 * Node process costs 31 to 37 ms of a cold start.
 */

/** One HTTP request, whole. */
export interface HttpRequest {
  /** Upper case, as the client sent it: `POST`. */
  readonly method: string;
  /** Path and query as the client sent them, beginning with `/`; never the authority. */
  readonly url: string;
  /** Lower-case names. A repeated header is one value, joined with `, ` (RFC 9110 §5.3); `cookie` with `; `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent when the request has no body or an empty one. */
  readonly body?: string | Uint8Array;
}

/** One HTTP response. A body that is an iterable is a stream: each chunk leaves the process at once. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<string>;
}

/** Serves one HTTP request. Every adapter calls one of these; the core builds exactly one. */
export type HttpHandler = (request: HttpRequest, invocation: Invocation) => Promise<HttpResponse>;

/** Facts the platform vouches for about one request. Never taken from client headers. */
export interface Invocation {
  /** The platform's id for this request, unique across instances. */
  readonly requestId: string;
  /** Address of the client as the platform's ingress saw it. */
  readonly clientIp?: string;
  /** Who calls, as the platform found out before it passed the request on. Absent where it was not set up to. */
  readonly identity?: PlatformIdentity;
  /** Fires when the client went away, on platforms that can tell. */
  readonly signal?: AbortSignal;
  /** Fires while there is still time to end a stream cleanly before the platform stops the invocation. */
  readonly deadline?: AbortSignal;
  /** False behind an ingress that buffers: whole JSON answers only. */
  readonly canStream: boolean;
  /** True where the platform serves nothing else on this instance until the answer is complete, as Lambda does. */
  readonly exclusive?: boolean;
  /** Keeps the instance awake until `work` settles, after the response has left. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** A caller as a platform attests it. */
export interface PlatformIdentity {
  /** Who attests: a URL, or one word for all callers of that kind. */
  readonly issuer: string;
  /** The caller's name at that issuer. */
  readonly subject: string;
  /** The OAuth client that the caller uses. */
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  /** Everything else that the platform attests, under the platform's own names. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Turns the handler into what one platform calls. An adapter translates; it decides nothing. */
export type Adapter<Native> = (handler: HttpHandler) => Native;
