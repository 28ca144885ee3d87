import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

/** A real authorization server on loopback, whose users say at its pages who they are and what they allow. */
export interface AuthorizationServer {
  readonly issuer: string;
  close(): Promise<void>;
}

/** Issues JWTs for whatever resource a client names (RFC 8707), with these scopes, and takes every client (RFC 7591). */
export async function startAuthorizationServer(scopes: readonly string[]): Promise<AuthorizationServer> {
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "one", use: "sig", alg: "RS256" }] },
    // Its own would be told of on standard output.
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ["of the test"] },
    scopes: ["openid", "offline_access", ...scopes],
    extraClientMetadata: {
      properties: ["registered_scope"],
      // Clients register with the scopes of their first need, and a server that held them to those could never step up.
      validator: (_context: unknown, _key: string, _value: unknown, metadata: { scope?: string }) => {
        metadata.scope = scopes.join(" ");
      },
    },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          audience: resource,
          scope: scopes.join(" "),
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  const serve = provider.callback();
  listener = (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return serve(request, response);
    interact(provider, request, response).catch((error) => response.writeHead(500).end(String(error)));
  };
  return {
    issuer,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The page of a question (GET), and what the user answers there (POST). */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (request.method === "GET") return void response.end(prompt.name);
  const form = new URLSearchParams(await text(request));
  if (prompt.name === "login") {
    return provider.interactionFinished(request, response, { login: { accountId: form.get("user") ?? "" } });
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? "", clientId: params.client_id });
  const allowed = form.get("allowed")?.split(" ");
  const isAllowed = (scope: string): boolean => allowed === undefined || allowed.includes(scope);
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details;
  for (const scope of missingOIDCScope) {
    if (isAllowed(scope)) grant.addOIDCScope(scope);
    else grant.rejectOIDCScope(scope);
  }
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
    for (const scope of scopes) {
      if (isAllowed(scope)) grant.addResourceScope(resource, scope);
      else grant.rejectResourceScope(resource, scope);
    }
  }
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}
