import { toWebRequest } from "./fetch.ts";
import type { HttpRequest } from "./handler.ts";
import type { LightSignal } from "./light-signal.ts";

/**
 * A web `Request` that is made when it is first looked at. Most servers never do, and the first one that a Node process
 * makes costs it 31 to 37 ms of start-up, each further one as much as a tool call. What is asked of it goes to the real
 * one; only `fetch` and `new Request` do not take it, because they look for fields that no stand-in can have: hand them
 * its parts, or `request.clone()`.
 */
export function lazyRequest(request: HttpRequest, abandoned?: LightSignal): Request {
  let made: Request | undefined;
  const real = (): Request => {
    made ??= toWebRequest(request, abandoned?.signal);
    return made;
  };
  return new Proxy({} as Request, {
    get(_target, property) {
      const value: unknown = Reflect.get(real(), property, real());
      return typeof value === "function" ? value.bind(real()) : value;
    },
    has: (_target, property) => Reflect.has(real(), property),
    getPrototypeOf: () => Reflect.getPrototypeOf(real()),
  });
}
