import type { AuthConfig } from "../config/auth-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";

/** Path at which clients look for the metadata of a protected resource (RFC 9728 §3). */
const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * URL of the metadata of the endpoint at `publicUrl`: the well-known suffix stands between host and path (RFC 9728 §3.1),
 * but after a prefix that an ingress puts before every path.
 */
export function metadataUrl(publicUrl: string, path: string): string {
  const { origin, pathname } = new URL(publicUrl);
  const prefix = pathname.endsWith(path) ? pathname.slice(0, -path.length) : "";
  return `${origin}${prefix}${WELL_KNOWN}${pathname.slice(prefix.length).replace(/^\/$/, "")}`;
}

/** The contents of the metadata. */
export type ProtectedResourceOptions = Pick<AuthConfig, "publicUrl"> & {
  readonly path: string;
  /** Scopes that every request needs. */
  readonly scopes: readonly string[];
  /** Issuers of accepted tokens. */
  readonly authorizationServers: readonly string[];
};

/** The response at the paths of the metadata; undefined for every other path. */
export type ProtectedResource = (path: string) => HttpResponse | undefined;

/**
 * The metadata of the endpoint (RFC 9728 §2), at the root and in the path-inserted form. They are the same for everybody and
 * repeat nothing of a request: a web page learns no more from them than a client without a browser. Undefined when they would
 * name no issuer.
 */
export function createProtectedResource(options: ProtectedResourceOptions): ProtectedResource | undefined {
  const { publicUrl, path, scopes, authorizationServers } = options;
  if (publicUrl === undefined || authorizationServers.length === 0) return undefined;
  const { pathname } = new URL(publicUrl);
  const paths = new Set([WELL_KNOWN, `${WELL_KNOWN}${path}`, `${WELL_KNOWN}${pathname.replace(/^\/$/, "")}`]);
  const body = JSON.stringify({
    resource: publicUrl,
    authorization_servers: authorizationServers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ["header"],
  });
  const headers = {
    "content-type": "application/json",
    "cache-control": "public, max-age=3600",
  };
  return (requested) => (paths.has(requested) ? { status: 200, headers, body } : undefined);
}
