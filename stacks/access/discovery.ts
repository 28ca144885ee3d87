import {
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
  ResponseType,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { issuerOf } from "./access-environment.ts";
import type { CognitoAuth, JwtAuth } from "./auth.ts";
import { OPEN } from "./method-auth.ts";

export interface DiscoveryProps {
  readonly api: RestApi;
  readonly auth: CognitoAuth | JwtAuth;
  /** URL of the endpoint as clients know it, with the stage if there is one in the path. */
  readonly mcpUrl: string;
  readonly path: string;
  /** Web origins that may call from a browser. */
  readonly corsOrigins: readonly string[];
}

/** RFC 9728 §3.1: the path of the resource comes behind this one. */
const METADATA_PATH = "/.well-known/oauth-protected-resource";

/**
 * Lets a client without a token find the authorization server (MCP, Authorization; RFC 9728). The gateway rejects such a
 * client before it calls the function, so the gateway itself has to send the challenge and to serve the metadata.
 *
 * A function's own `WWW-Authenticate` would arrive as `x-amzn-remapped-www-authenticate`, which no client reads.
 */
export function addDiscovery(props: DiscoveryProps): void {
  const { api, path, corsOrigins } = props;
  const metadataUrl = metadataUrlOf(props);
  const challenge = (error?: string): Record<string, string> => ({
    "WWW-Authenticate": quoted(`Bearer ${error ? `error="${error}", ` : ""}resource_metadata="${metadataUrl}"`),
    // Scripts of every origin may read a refusal: nothing in it is secret, and they need it to authenticate.
    ...(corsOrigins.length > 0 && {
      "Access-Control-Allow-Origin": quoted("*"),
      "Access-Control-Expose-Headers": quoted("WWW-Authenticate"),
    }),
  });
  const answer = (id: string, type: ResponseType, statusCode: string, error?: string): void => {
    api.addGatewayResponse(id, { type, statusCode, responseHeaders: challenge(error) });
  };
  answer("Unauthorized", ResponseType.UNAUTHORIZED, "401");
  answer("ExpiredToken", ResponseType.EXPIRED_TOKEN, "401", "invalid_token");
  answer("InsufficientScope", ResponseType.ACCESS_DENIED, "403", "insufficient_scope");
  // At the path of this resource, and at the root for clients that look only there.
  const root = descend(api.root, METADATA_PATH);
  addMetadata(root, props);
  addMetadata(descend(root, path), props);
}

/** Inserts the metadata path before the MCP path, after a stage; else directly after the host (RFC 9728 §3.1). */
function metadataUrlOf({ mcpUrl, path }: DiscoveryProps): string {
  if (mcpUrl.endsWith(path)) return `${mcpUrl.slice(0, -path.length)}${METADATA_PATH}${path}`;
  const { origin, pathname } = new URL(mcpUrl);
  return `${origin}${METADATA_PATH}${pathname.replace(/^\/$/, "")}`;
}

/** The document, from the gateway itself: it is the same for everybody. */
function addMetadata(resource: IResource, { auth, mcpUrl }: DiscoveryProps): void {
  const { issuers, scopes } = authorizationServers(auth);
  const metadata = {
    resource: mcpUrl,
    authorization_servers: issuers,
    ...(scopes && scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ["header"],
  };
  const fromAnywhere = { "Access-Control-Allow-Origin": "*" };
  addFixedAnswer(resource, "GET", { statusCode: "200", headers: fromAnywhere, body: JSON.stringify(metadata) });
  // Clients in browsers send MCP-Protocol-Version, for which the browser sends a preflight.
  const headers = {
    ...fromAnywhere,
    "Access-Control-Allow-Headers": "mcp-protocol-version",
    "Access-Control-Allow-Methods": "GET",
  };
  addFixedAnswer(resource, "OPTIONS", { statusCode: "204", headers, body: undefined });
}

interface FixedAnswer {
  readonly statusCode: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** CDK's `addCorsPreflight` makes a method that does not say how its content is handled, and answers 500 here. */
function addFixedAnswer(
  resource: IResource,
  method: "GET" | "OPTIONS",
  { statusCode, headers, body }: FixedAnswer,
): void {
  // Any media type counts as binary here, also of a document that the gateway makes up: it must be told otherwise twice.
  const contentHandling = ContentHandling.CONVERT_TO_TEXT;
  const parameters = Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, value] as const);
  const integration = new MockIntegration({
    contentHandling,
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { "application/json": `{"statusCode":${statusCode}}` },
    integrationResponses: [
      {
        statusCode,
        contentHandling,
        responseParameters: Object.fromEntries(parameters.map(([name, value]) => [name, quoted(value)])),
        ...(body !== undefined && { responseTemplates: { "application/json": body } }),
      },
    ],
  });
  const responseParameters = Object.fromEntries(parameters.map(([name]) => [name, true]));
  resource.addMethod(method, integration, { ...OPEN, methodResponses: [{ statusCode, responseParameters }] });
}

interface AuthorizationServers {
  readonly issuers: readonly string[];
  readonly scopes: readonly string[] | undefined;
}

function authorizationServers(auth: CognitoAuth | JwtAuth): AuthorizationServers {
  if ("cognito" in auth) return { issuers: [issuerOf(auth)], scopes: auth.cognito.scopes };
  return { issuers: auth.jwt.issuers.map(({ issuer }) => issuer), scopes: auth.jwt.requiredScopes };
}

const descend = (from: IResource, path: string): IResource =>
  path
    .split("/")
    .filter((segment) => segment !== "")
    .reduce((at, segment) => at.addResource(segment), from);

/** Static values are in single quotes, which distinguish them from expressions. */
const quoted = (value: string): string => `'${value}'`;
