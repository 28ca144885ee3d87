/** Callers without an address that the platform attests are counted together. */
const UNKNOWN = "unknown";

/**
 * The group that counts as one address: an IPv4 address, or the /64 of an IPv6 address, in which every subscriber has more
 * addresses than could be counted (RFC 6177 §2).
 */
export function addressGroup(clientIp: string | undefined): string {
  const [address = ""] = (clientIp ?? "").split("%", 1);
  if (!address.includes(":")) return address || UNKNOWN;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = "", after] = address.split("::");
  const head = before.split(":").filter(Boolean);
  const tail = (after ?? "").split(":").filter(Boolean);
  const zeros = after === undefined ? [] : Array(Math.max(0, 8 - head.length - tail.length)).fill("0");
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return `${groups.map((group) => (Number.parseInt(group, 16) || 0).toString(16)).join(":")}::/64`;
}
