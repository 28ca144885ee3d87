import type { RequestContext } from "../auth/request-context.ts";
import type { OpenServices } from "../services/services.ts";
import type { FactoryContext } from "./server-factory.ts";

export interface FactoryContextOptions {
  readonly era: FactoryContext["era"];
  readonly request: Pick<RequestContext, "authInfo" | "caller">;
  /** Given to the factory as `requestInfo`. */
  readonly webRequest: Request;
  readonly services: OpenServices;
}

/** The argument of a factory. Its services are created when one of them is first read. */
export function factoryContext({ era, request, webRequest, services }: FactoryContextOptions): FactoryContext {
  const { authInfo, caller } = request;
  return {
    era,
    requestInfo: webRequest,
    ...(authInfo && { authInfo }),
    caller,
    get notify() {
      return services.services.notify;
    },
    get handles() {
      return services.services.handles;
    },
    get once() {
      return services.services.once;
    },
    get rateLimiter() {
      return services.services.rateLimiter;
    },
    get requestState() {
      return services.services.requestState;
    },
  };
}
