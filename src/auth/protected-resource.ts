import type { AuthConfig } from "../config/auth-settings.ts";
import type { HttpResponse } from "../http/http-handler.ts";

/** Where clients look for the metadata of a protected resource (RFC 9728 §3). */
const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * URL of the metadata of the endpoint at `publicUrl`: the well-known suffix stands between host and path (RFC 9728
 * §3.1), but behind what an ingress puts before its paths, such as the stage of a REST API.
 */
export function metadataUrl(publicUrl: string, path: string): string {
  const { origin, pathname } = new URL(publicUrl);
  const behind = pathname.endsWith(path) ? pathname.slice(0, -path.length) : "";
  return `${origin}${behind}${WELL_KNOWN}${pathname.slice(behind.length).replace(/^\/$/, "")}`;
}

/** What the metadata says. */
export type ProtectedResourceOptions = Pick<AuthConfig, "publicUrl"> & {
  readonly path: string;
  /** Scopes that a client may want to ask for. */
  readonly scopes: readonly string[];
  /** Issuers of the tokens that are accepted. */
  readonly authorizationServers: readonly string[];
};

/** Answers at the paths of the metadata; undefined for every other path. */
export type ProtectedResource = (path: string) => HttpResponse | undefined;

/**
 * The metadata of the endpoint (RFC 9728 §2), at the root and in the path-inserted form. It is the same for everybody
 * and says nothing of what a request says. Undefined where nobody would learn from it who issues tokens.
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
    // Public by nature: a page learns no more from it than whoever asks without a browser.
    "access-control-allow-origin": "*",
    "cache-control": "public, max-age=3600",
  };
  return (asked) => (paths.has(asked) ? { status: 200, headers, body } : undefined);
}
