import type { Config } from "../config/config.ts";
import { isLoopbackName } from "../config/loopback.ts";

/** A name or an IPv4 address, or a bracketed IPv6 address, each with an optional port (RFC 9110 §7.2). */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i;

/**
 * Why a request's `Host` is refused, or undefined when it is not.
 * Without a list of hosts the platform's ingress, which routed by the name, is trusted, but not for callers on the
 * loopback interface: there a web page could have pointed its own name at this machine (DNS rebinding; MCP 2026-07-28,
 * Streamable HTTP, Security Warning).
 */
export function hostProblem(
  host: string | undefined,
  { allowedHosts }: Pick<Config, "allowedHosts">,
  clientIp: string | undefined,
): string | undefined {
  if (host === undefined) return allowedHosts && "The Host header is missing.";
  const name = nameIn(host);
  if (name === undefined) return "The Host header is malformed.";
  if (allowedHosts) {
    const allowed = allowedHosts.some((other) => other.toLowerCase() === name.toLowerCase());
    return allowed ? undefined : "This host is not served here.";
  }
  if (isLoopbackAddress(clientIp) && !isLoopbackName(name)) return "This host is not served on the loopback interface.";
  return undefined;
}

/** What the last request was sent to: to parse a URL costs as much as the rest of the way to the message. */
let last: { readonly host: string; readonly name: string | undefined } | undefined;

/** The name without its port; undefined when it is none. */
function nameIn(host: string): string | undefined {
  if (last?.host === host) return last.name;
  const name = HOST.exec(host)?.[1];
  // Addresses that are none, such as 256.1.1.1 or a port of 99999, have the form of one.
  last = { host, name: name !== undefined && URL.canParse(`http://${host}`) ? name : undefined };
  return last.name;
}

/**
 * Whether a web origin may call. A server MUST check `Origin` where one is sent and answer 403 to a foreign one (MCP
 * 2026-07-28, Streamable HTTP, Security Warning); `null`, the origin of sandboxed documents, is nobody's and never allowed.
 */
export function isAllowedOrigin(
  origin: string,
  { allowedOrigins }: Pick<Config, "allowedOrigins">,
  clientIp: string | undefined,
): boolean {
  const url = URL.parse(origin);
  if (!url || url.origin !== origin.toLowerCase()) return false;
  if (allowedOrigins) return allowedOrigins.includes("*") || allowedOrigins.includes(url.origin);
  return isLoopbackAddress(clientIp) && isLoopbackName(url.hostname);
}

/** Whether an address, as the platform vouches for it, is on the loopback interface: the server runs on the caller's machine. */
const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && (address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127."));
