import type { AuthInfo, MessageExtraInfo } from "@modelcontextprotocol/server";
import type { HttpRequest } from "./http-handler.ts";
import { absoluteUrl, toWebRequest } from "./web-fetch.ts";

/**
 * A web `Request` that is constructed when a property is first read. Most servers never read one, and the first
 * construction in a Node.js process costs 31 to 37 ms of a cold start, each further one as much as a tool call. Property
 * reads go to the real request; only `fetch` and `new Request` do not accept the stand-in, because they read internal
 * slots: pass them its parts, or `request.clone()`.
 */
export function lazyRequest(request: HttpRequest, signal?: AbortSignal): Request {
  return new Proxy<object>(new RequestSource(request, signal), HANDLER) as Request;
}

class RequestSource {
  readonly #request: HttpRequest;
  readonly #signal: AbortSignal | undefined;
  #constructed: Request | undefined;

  constructor(request: HttpRequest, signal: AbortSignal | undefined) {
    this.#request = request;
    this.#signal = signal;
  }

  get real(): Request {
    this.#constructed ??= toWebRequest(this.#request, this.#signal);
    return this.#constructed;
  }
}

const HANDLER: ProxyHandler<object> = {
  get(source, property) {
    const { real } = source as RequestSource;
    const value: unknown = Reflect.get(real, property, real);
    return typeof value === "function" ? value.bind(real) : value;
  },
  has: (source, property) => Reflect.has((source as RequestSource).real, property),
  getPrototypeOf: (source) => Reflect.getPrototypeOf((source as RequestSource).real),
};

/** Passed to handlers with a message: `request` for SDK v2, `requestInfo` for SDK v1. */
export interface HandlerExtra extends MessageExtraInfo {
  readonly request: Request;
  readonly requestInfo: RequestInfo;
}

/** The HTTP request of a 2025-era message as handlers see it. */
export const handlerExtra = (request: HttpRequest, authInfo: AuthInfo | undefined): HandlerExtra => ({
  request: lazyRequest(request),
  requestInfo: new RequestInfo(request),
  ...(authInfo && { authInfo }),
});

class RequestInfo {
  readonly headers: HttpRequest["headers"];
  readonly #request: HttpRequest;

  constructor(request: HttpRequest) {
    this.headers = request.headers;
    this.#request = request;
  }

  get url(): URL {
    return new URL(absoluteUrl(this.#request));
  }
}
