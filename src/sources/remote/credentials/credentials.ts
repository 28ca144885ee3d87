import type { FactoryContext } from "../../../server/server-factory.ts";
import { UpstreamFailure } from "../upstream-failure.ts";

/** Tokens that a gateway shows to an upstream. */
export interface Credentials {
  /** Whether each caller has a token of its own, so that the upstream can tell callers apart. */
  readonly perCaller: boolean;
  /** The bearer token for a request of this caller. Throws UpstreamFailure where there is none to be had. */
  token(context: Pick<FactoryContext, "authInfo" | "caller">): Promise<string>;
  /** Told of a token that the upstream refuses with 401. Then `token` is called once more, and may have another. */
  refused?(token: string): void;
}

/** Milliseconds for which a request waits for its token. */
const PATIENCE_MS = 15_000;

/** The token for a request, whatever the code that gets it does: its errors are for the log. Throws UpstreamFailure. */
export async function tokenFor(
  credentials: Credentials,
  context: Parameters<Credentials["token"]>[0],
): Promise<string> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no token within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  try {
    const token = await Promise.race([credentials.token(context), late]);
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) throw new Error("no token that a header can carry");
    return token;
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error;
    throw new UpstreamFailure("unavailable", "There is no token for it now.", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
