import type { Config } from "../config/config.ts";
import { isLoopbackAddress, isLoopbackName } from "../config/loopback.ts";

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
