import type { RequestListener } from "node:http";
import type { ServiceAccount } from "./service-account.ts";

const SERVICE_ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/";

/**
 * The part of Google's metadata server that tells an instance about its service account ("Container runtime contract",
 * container instance metadata server). It refuses requests without `Metadata-Flavor: Google`, and forwarded ones
 * ("About VM metadata").
 */
export function createMetadataServer(account: ServiceAccount): RequestListener {
  const entries: Readonly<Record<string, (query: URLSearchParams) => string | undefined>> = {
    email: () => account.email,
    token: () => JSON.stringify({ access_token: account.accessToken, expires_in: 3_599, token_type: "Bearer" }),
    identity(query) {
      const audience = query.get("audience");
      return audience ? account.identityToken(audience) : undefined;
    },
  };
  return ({ method, url = "", headers }, response) => {
    const { pathname, searchParams } = new URL(url, "http://metadata");
    if (headers["metadata-flavor"] !== "Google" || headers["x-forwarded-for"] !== undefined) {
      return void response.writeHead(403).end();
    }
    const entry = pathname.startsWith(SERVICE_ACCOUNT) ? entries[pathname.slice(SERVICE_ACCOUNT.length)] : undefined;
    if (!entry || method !== "GET") return void response.writeHead(404).end();
    const text = entry(searchParams);
    if (text === undefined) return void response.writeHead(400).end("non-empty audience parameter required");
    response.writeHead(200, { "metadata-flavor": "Google" }).end(text);
  };
}
