import type { HttpRequest } from "./http-handler.ts";
import type { LightSignal } from "./light-signal.ts";
import { toWebRequest } from "./web-fetch.ts";

/**
 * A web `Request` that is made when it is first looked at. Most servers never do, and the first one that a Node process
 * makes costs it 31 to 37 ms of start-up, each further one as much as a tool call. What is asked of it goes to the real
 * one; only `fetch` and `new Request` do not take it, because they look for fields that no stand-in can have: hand them
 * its parts, or `request.clone()`.
 */
export function lazyRequest(request: HttpRequest, abandoned?: LightSignal): Request {
  return new Proxy<object>(new Unmade(request, abandoned), LAZY) as Request;
}

/** What a request is made of, and the request once it is. */
class Unmade {
  readonly #request: HttpRequest;
  readonly #abandoned: LightSignal | undefined;
  #made: Request | undefined;

  constructor(request: HttpRequest, abandoned: LightSignal | undefined) {
    this.#request = request;
    this.#abandoned = abandoned;
  }

  get made(): Request {
    this.#made ??= toWebRequest(this.#request, this.#abandoned?.signal);
    return this.#made;
  }
}

const LAZY: ProxyHandler<object> = {
  get(unmade, property) {
    const { made } = unmade as Unmade;
    const value: unknown = Reflect.get(made, property, made);
    return typeof value === "function" ? value.bind(made) : value;
  },
  has: (unmade, property) => Reflect.has((unmade as Unmade).made, property),
  getPrototypeOf: (unmade) => Reflect.getPrototypeOf((unmade as Unmade).made),
};
