import type { RequestContext } from "../auth/request-context.ts";
import type { FactoryContext } from "../define-server.ts";
import type { OpenServices } from "../services/services.ts";

export interface ContextOptions {
  readonly era: FactoryContext["era"];
  readonly requestContext: Pick<RequestContext, "authInfo" | "caller">;
  /** What the factory looks at as the web's `Request`. */
  readonly webRequest: Request;
  readonly services: OpenServices;
}

/** What a factory is told. Its services are made when it looks at one. */
export function factoryContext({ era, requestContext, webRequest, services }: ContextOptions): FactoryContext {
  const { authInfo, caller } = requestContext;
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
