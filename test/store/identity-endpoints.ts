import type { StandInAnswer, StandInRequest } from "./stand-in-server.ts";

/** A request for a token, as a platform's endpoint receives it. */
export interface TokenRequest {
  readonly audience: string;
  /** Client id of the requested identity; undefined for the instance's system-assigned one. */
  readonly clientId?: string | undefined;
}

/** Answers as a platform's endpoint does for its own instances. */
export type IdentityEndpoint = (request: StandInRequest) => StandInAnswer;

const JSON_TYPE = { "content-type": "application/json" };

/**
 * Azure's, which answers 400 where there is no such identity or audience, and knows instances by a secret
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference). Its path is `/msi/token`.
 */
export function azureIdentityEndpoint(
  secret: string,
  issue: (asked: TokenRequest) => string | undefined,
): IdentityEndpoint {
  return ({ method, url, headers }) => {
    const { resource, "api-version": version, client_id: clientId, ...rest } = Object.fromEntries(url.searchParams);
    if (headers["x-identity-header"] !== secret) return { status: 401, body: "" };
    if (method !== "GET" || url.pathname !== "/msi/token" || version !== "2019-08-01" || !resource) {
      return { status: 400, headers: JSON_TYPE, body: JSON.stringify({ statusCode: 400, message: "bad request" }) };
    }
    if (Object.keys(rest).length > 0) return { status: 400, body: "" };
    const token = issue({ audience: resource, clientId });
    if (token === undefined) return { status: 400, headers: JSON_TYPE, body: JSON.stringify({ statusCode: 400 }) };
    const expiry = String(Math.floor(Date.now() / 1000) + 86_400);
    const answer = { access_token: token, expires_on: expiry, resource, token_type: "Bearer", client_id: "id" };
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(answer) };
  };
}

/**
 * Entra's token endpoint, which exchanges the token of a Kubernetes service account for one of a managed identity
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
 */
export function entraTokenEndpoint(
  tenant: string,
  issue: (asked: TokenRequest & { readonly assertion: string }) => string | undefined,
): IdentityEndpoint {
  const refusal = (error: string): StandInAnswer => ({
    status: error === "invalid_client" ? 401 : 400,
    headers: JSON_TYPE,
    body: JSON.stringify({ error, error_description: "AADSTS700213", error_codes: [700213] }),
  });
  return ({ method, url, headers, body }) => {
    if (method !== "POST" || url.pathname !== `/${tenant}/oauth2/v2.0/token`) return { status: 404, body: "" };
    if (headers["content-type"] !== "application/x-www-form-urlencoded") return refusal("invalid_request");
    const {
      client_id: clientId,
      scope = "",
      client_assertion: assertion = "",
      ...rest
    } = Object.fromEntries(new URLSearchParams(body));
    const [, audience] = /^(.*[^/])\/\.default$/.exec(scope) ?? [];
    if (rest.grant_type !== "client_credentials" || !audience) return refusal("invalid_scope");
    const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    if (rest.client_assertion_type !== type || Object.keys(rest).length > 2) return refusal("invalid_request");
    const token = issue({ audience, clientId, assertion });
    if (token === undefined) return refusal("invalid_client");
    const answer = { token_type: "Bearer", expires_in: 86_399, ext_expires_in: 86_399, access_token: token };
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(answer) };
  };
}

/**
 * Google's metadata server, which refuses what a forged request could be
 * (https://cloud.google.com/docs/authentication/get-id-token#metadata-server). `accessToken` makes what Google's own APIs take.
 */
export function googleMetadataServer(
  issue: (asked: TokenRequest & { readonly format: string }) => string,
  accessToken?: () => string,
): IdentityEndpoint {
  return ({ method, url, headers }) => {
    const audience = url.searchParams.get("audience");
    if (headers["metadata-flavor"] !== "Google" || headers["x-forwarded-for"]) return { status: 403, body: "" };
    const [, entry] = /^\/computeMetadata\/v1\/instance\/service-accounts\/default\/(\w+)$/.exec(url.pathname) ?? [];
    if (entry === "token" && method === "GET" && accessToken) {
      const answer = { access_token: accessToken(), expires_in: 3599, token_type: "Bearer" };
      const headers = { ...JSON_TYPE, "metadata-flavor": "Google" };
      return { status: 200, headers, body: JSON.stringify(answer) };
    }
    if (entry !== "identity" || method !== "GET") return { status: 404, body: "" };
    if (!audience) return { status: 400, body: "non-empty audience parameter required" };
    const token = `${issue({ audience, format: url.searchParams.get("format") ?? "standard" })}\n`;
    return { status: 200, headers: { "metadata-flavor": "Google", "content-type": "text/html" }, body: token };
  };
}
