import type { Config } from "../config/config.ts";
import { isLoopbackName } from "../config/loopback.ts";
import type { HttpRequest, HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode } from "../http/json-rpc.ts";

/** A name or an IPv4 address, or a bracketed IPv6 address, each with an optional port (RFC 9110 §7.2). */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i;

type Allowed = Pick<Config, "allowedHosts" | "allowedOrigins">;

interface Asked {
  readonly clientIp: string | undefined;
  readonly isPublic: boolean;
  readonly isProbe: boolean;
}

/**
 * The refusal of a request whose `Host` or `Origin` is not served; undefined for any other. Pages of every origin may read a
 * public document. Probes come under names and addresses of the load balancers that send them, and learn nothing of the server.
 */
export function hostProblem(
  { headers: { host, origin } }: HttpRequest,
  allowed: Allowed,
  { clientIp, isPublic, isProbe }: Asked,
): HttpResponse | undefined {
  const isLoopback = isLoopbackAddress(clientIp);
  const problem = hostSentence(host, isProbe ? undefined : allowed.allowedHosts, isLoopback);
  if (problem) return forbidden(problem);
  if (isPublic || !origin || isAllowedOrigin(origin, allowed, isLoopback)) return undefined;
  return forbidden("This web origin may not call.");
}

const forbidden = (message: string): HttpResponse => errorResponse(403, { code: JsonRpcCode.HTTP_ERROR, message });

/**
 * Without a list of hosts, the platform's ingress is trusted, which routed by the name; but not for callers on the loopback
 * interface, where a web page could have pointed its own name at this machine (DNS rebinding; MCP 2026-07-28, Streamable
 * HTTP, Security Warning).
 */
function hostSentence(
  host: string | undefined,
  allowedHosts: Allowed["allowedHosts"],
  isLoopback: boolean,
): string | undefined {
  if (host === undefined) return allowedHosts && "The Host header is missing.";
  const name = nameIn(host);
  if (name === undefined) return "The Host header is malformed.";
  if (allowedHosts) {
    const isAllowed = allowedHosts.some((other) => other.toLowerCase() === name.toLowerCase());
    return isAllowed ? undefined : "This host is not served here.";
  }
  if (isLoopback && !isLoopbackName(name)) return "This host is not served on the loopback interface.";
  return undefined;
}

/** The last `Host` header: to parse a URL costs as much as all other checks before the message. */
let last: { readonly host: string; readonly name: string | undefined } | undefined;

/** The name without its port; undefined for a malformed one. */
function nameIn(host: string): string | undefined {
  if (last?.host === host) return last.name;
  const name = HOST.exec(host)?.[1];
  // 256.1.1.1 and a port of 99999 match the pattern, and are no addresses.
  last = { host, name: name !== undefined && URL.canParse(`http://${host}`) ? name : undefined };
  return last.name;
}

/**
 * A server MUST check `Origin` where one is sent and answer 403 to a foreign one (MCP 2026-07-28, Streamable HTTP, Security
 * Warning). `null`, the origin of sandboxed documents, is nobody's and never allowed. Schemes of extensions and apps, such as
 * `chrome-extension:`, are no schemes of the URL Standard, which calls the origin of their URLs opaque.
 */
function isAllowedOrigin(origin: string, { allowedOrigins }: Allowed, isLoopback: boolean): boolean {
  const url = URL.parse(origin);
  if (!url?.host) return false;
  const serialized = `${url.protocol}//${url.host}`;
  if (serialized !== origin.toLowerCase()) return false;
  if (allowedOrigins) return allowedOrigins.includes("*") || allowedOrigins.includes(serialized);
  return isLoopback && url.origin === serialized && isLoopbackName(url.hostname);
}

/** Whether an address that the platform attests is on the loopback interface: the server runs on the caller's machine. */
const isLoopbackAddress = (address = ""): boolean => /^(::1$|(::ffff:)?127\.)/.test(address);
