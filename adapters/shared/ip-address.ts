/** 203.0.113.7:50123, [2001:db8::1]:50123, or either without the port; an address of IPv6 also without brackets. */
const WITH_PORT = /^(?:\[([\da-f:.%]+)\](?::\d+)?|([\d.]+)(?::\d+)?|([\da-f:.%]+))$/i;

/** The IP address that a proxy wrote into a header; undefined for anything else, such as a name or `unknown`. */
export function ipAddress(text: string): string | undefined {
  const [, bracketed, withPort, bare] = WITH_PORT.exec(text) ?? [];
  const address = bracketed ?? withPort ?? bare ?? "";
  return process.getBuiltinModule("node:net").isIP(address) ? address : undefined;
}
