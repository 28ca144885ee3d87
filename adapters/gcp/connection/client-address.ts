import { ipAddress } from "../../shared/ip-address.ts";
import type { CloudRunRequest } from "../cloud-run-request.ts";

/**
 * The address of the client: the entry of the outermost trusted proxy. Each proxy appends to X-Forwarded-For the address that
 * called it, behind whatever the client sent, so entries are counted from the end. Where the last ones are not an address each,
 * the request came another way and all of them may be the client's: the address of the connection counts.
 */
export function clientAddress({ headers, socket }: CloudRunRequest, trustedProxies: number): string | undefined {
  const entries = [headers["x-forwarded-for"] ?? []].flat().join().split(",");
  const trusted = trustedProxies === 0 ? [] : entries.slice(-trustedProxies);
  const addresses = trusted.flatMap((entry) => ipAddress(entry.trim()) ?? []);
  const [forwarded] = addresses.length === trustedProxies ? addresses : [];
  return (forwarded ?? socket.remoteAddress)?.replace(/^::ffff:(?=\d+\.)/i, "");
}
