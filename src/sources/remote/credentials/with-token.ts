import type { Fetch } from "../wire/limited-fetch.ts";
import { type Credentials, tokenFor } from "./credentials.ts";

export interface AuthorizedFetch {
  readonly fetch: Fetch;
  /** The tokens that it has shown, which no client is told. */
  readonly tokens: readonly string[];
}

/**
 * A `fetch` that shows the token for this caller, where there are credentials. A request that is refused with 401 was not carried out: it is sent once more
 * where there is another token by then. Throws UpstreamFailure where there is no token to be had.
 */
export async function withToken(
  fetch: Fetch,
  credentials: Credentials | undefined,
  context: Parameters<Credentials["token"]>[0],
): Promise<AuthorizedFetch> {
  if (!credentials) return { fetch, tokens: [] };
  const tokens = [await tokenFor(credentials, context)];
  const send = (input: Parameters<Fetch>[0], init: RequestInit, token: string): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  return {
    tokens,
    async fetch(input, init = {}) {
      const shown = tokens.at(-1) as string;
      const response = await send(input, init, shown);
      if (response.status !== 401 || !credentials.refused) return response;
      credentials.refused(shown);
      const token = await tokenFor(credentials, context).catch(() => shown);
      if (token === shown) return response;
      tokens.push(token);
      await response.body?.cancel();
      return send(input, init, token);
    },
  };
}
