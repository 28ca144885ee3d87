import type { Credentials } from "./credentials.ts";
import { createTokenCache, type IssuedToken } from "./token-cache.ts";

/**
 * The identity of the deployment, one for all callers. `fetchToken` asks the platform for a token, such as its metadata
 * service; it is called again shortly before the token expires.
 */
export function platformToken(fetchToken: () => Promise<IssuedToken>): Credentials {
  const cache = createTokenCache();
  return { perCaller: false, token: () => cache.get([], fetchToken), refused: cache.refused };
}
