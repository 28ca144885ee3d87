import { isSecureUrl } from "../../config/secure-url.ts";

/** The JSON object at a URL. Rejects for whatever else is there, and for redirections. */
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
 * Where the keys of an issuer are: in the metadata that OpenID Connect Discovery §4 or RFC 8414 §3 has it publish, which
 * must be its own (RFC 8414 §3.3).
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
      // The first place is the one that most issuers have.
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
