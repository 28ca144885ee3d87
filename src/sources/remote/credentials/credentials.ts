import type { FactoryContext } from "../../../server/server-factory.ts";

/** Tokens that a gateway shows to an upstream. */
export interface Credentials {
  /** Whether each caller has a token of its own, so that the upstream can tell callers apart. */
  readonly perCaller: boolean;
  /** The bearer token for a request of this caller. Throws UpstreamFailure where there is none to be had. */
  token(context: Pick<FactoryContext, "authInfo" | "caller">): Promise<string>;
}
