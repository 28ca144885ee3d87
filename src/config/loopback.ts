/** Names of this machine that only this machine answers to, as they appear in URLs. */
const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether a host name, without port, is one of loopback's. */
export const isLoopbackName = (hostname: string): boolean => LOOPBACK_NAMES.has(hostname.toLowerCase());

/** Whether an address, as the platform vouches for it, is on the loopback interface: the server runs on the caller's machine. */
export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && (address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127."));
