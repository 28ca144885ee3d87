import type { HttpHandler, HttpRequest, HttpResponse, Invocation } from "./http-handler.ts";

/** The web-standard face of a handler: for edge hosts, tests, and anything else that already holds a `Request`. */
export type Fetch = (request: Request, invocation?: Partial<Invocation>) => Promise<Response>;

/** Turns a handler into `(request: Request) => Promise<Response>`. */
export function toFetch(handler: HttpHandler): Fetch {
  return async (request, invocation) => {
    const response = await handler(fromWebRequest(request), {
      requestId: crypto.randomUUID(),
      canStream: true,
      signal: request.signal,
      ...invocation,
    });
    const { status, headers, body } = response;
    // A Response of these statuses may not be given a body, not even an empty one (Fetch Standard, null body status).
    const bodyless = status === 204 || status === 205 || status === 304;
    return new Response(bodyless || body === undefined ? null : toWebBody(body, request), { status, headers });
  };
}

/** The plain data of a web request, and its body as a stream. */
function fromWebRequest(request: Request): HttpRequest {
  const { pathname, search } = new URL(request.url);
  const { body } = request;
  return {
    method: request.method,
    url: pathname + search,
    headers: Object.fromEntries(request.headers),
    ...(body && { body }),
  };
}

function toWebBody(body: string | AsyncIterable<string>, request: Request): string | ReadableStream<Uint8Array> {
  if (typeof body === "string") return body;
  const chunks = body[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const source = {
    // Node.js aborts the signal of a request only while something refers to the request.
    request,
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return?.();
    },
  };
  return new ReadableStream(source);
}

/** The requests that follow a signal, for as long as it is there: Node.js aborts theirs only while something refers to them. */
const followers = new WeakMap<AbortSignal, Request[]>();

/** A web request for SDK code that asks for one. It carries no body: the SDK is handed the parsed message instead. */
export function toWebRequest(request: HttpRequest, signal?: AbortSignal): Request {
  const { method } = request;
  const headers = toWebHeaders(request.headers);
  const made = new Request(absoluteUrl(request), { method, headers, ...(signal && { signal }) });
  if (signal) followers.set(signal, [...(followers.get(signal) ?? []), made]);
  return made;
}

/**
 * The headers as a web request can hold them. An ingress that passes a request on as JSON may have read bytes as UTF-8: they become
 * bytes again. What no HTTP message can carry (RFC 9110 §5.5) is left out.
 */
function toWebHeaders(headers: HttpRequest["headers"]): Headers {
  try {
    return new Headers(headers);
  } catch {
    const held = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      try {
        held.append(name, /[^\0-\xff]/.test(value) ? Buffer.from(value).toString("latin1") : value);
      } catch {
        // Nobody could have sent it.
      }
    }
    return held;
  }
}

/** The URL that the client asked, as far as it can be known behind an ingress. */
export function absoluteUrl({ url, headers }: HttpRequest): string {
  // The authority is the client's word; what does not look like one must not become part of a URL.
  const host = /^[\w.-]+(:\d+)?$/.test(headers.host ?? "") ? headers.host : "localhost";
  return `https://${host}${url}`;
}

/** The plain data of a web response; an event stream stays one, everything else is read whole. */
export async function fromWebResponse(response: Response): Promise<HttpResponse> {
  const { connection: _hopByHop, ...headers } = Object.fromEntries(response.headers);
  const { status, body } = response;
  if (!body) return { status, headers };
  if (headers["content-type"]?.startsWith("text/event-stream")) return { status, headers, body: chunksOf(body) };
  return { status, headers, body: await response.text() };
}

/** Unlike an async generator's, this iterator's `return` does not wait for a chunk that may never come. */
function chunksOf(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const iterator: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done: false, value: decoder.decode(value, { stream: true }) };
    },
    async return() {
      // A stream that has failed says so again. Whoever leaves it has heard it from `next`.
      await reader.cancel().catch(() => {});
      return { done: true, value: undefined };
    },
  };
  return iterator;
}
