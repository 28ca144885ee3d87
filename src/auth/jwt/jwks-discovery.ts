import { isSecureUrl } from "../../config/secure-url.ts";

/** Reads the JSON object at a URL. Rejects for anything else, and for redirections. */
export async function getJson(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const response = await fetch(url, { headers: { accept: "application/json" }, redirect: "error", signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}.`);
  }
  const value: unknown = await response.json();
  if (typeof value !== "object" || value === null) throw new Error(`${url} answered no object.`);
  return value as Record<string, unknown>;
}

/**
 * Finds the URL of an issuer's keys in the metadata that it publishes (OpenID Connect Discovery §4, RFC 8414 §3). The
 * metadata must name the issuer itself (RFC 8414 §3.3).
 */
export async function discoverJwksUri(issuer: string, signal: AbortSignal): Promise<string> {
  let cause: unknown;
  for (const url of metadataUrls(issuer)) {
    try {
      const { issuer: named, jwks_uri: jwksUri } = await getJson(url, signal);
      if (named !== issuer) throw new Error(`${url} is the metadata of another issuer.`);
      if (typeof jwksUri !== "string" || !isSecureUrl(jwksUri)) throw new Error(`${url} names no https jwks_uri.`);
      return jwksUri;
    } catch (failure) {
      // Most issuers publish at the first URL, so its failure tells most.
      cause ??= failure;
    }
  }
  throw new Error(`No metadata of ${issuer} say where its keys are: set its jwksUri.`, { cause });
}

function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}
