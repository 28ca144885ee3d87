import { randomInt, randomUUID } from "node:crypto";
import type { RequestListener, Server } from "node:http";
import { openIngress } from "./ingress.ts";

/**
 * A service that the emulated instances use, such as their table. Web pages can send requests to every port of this machine,
 * and by a name that they point here (DNS rebinding) read the answers, too. So it serves those who were told its URL.
 */
export interface PrivateService {
  readonly server: Server;
  /** Ends with the secret, and without a slash. */
  readonly url: string;
}

/** Opens a service on a free port of loopback. Its secret is a path, and what `listener` sees is what follows it. */
export async function openPrivateService(listener: RequestListener): Promise<PrivateService> {
  const path = secretPath();
  const { server, url } = await openIngress(0, privateListener(listener, path));
  return { server, url: url + path };
}

/**
 * The same for clients that take a host and a port and no path. The secret is one of 16 million loopback addresses, of which
 * systems other than Linux serve a single one.
 */
export async function openAtSecretAddress(listener: RequestListener): Promise<PrivateService> {
  const address = [127, ...Array.from({ length: 3 }, () => randomInt(1, 255))].join(".");
  return openIngress(0, privateListener(listener, ""), address);
}

export const secretPath = (): string => `/${randomUUID()}`;

/** Passes on requests that are sent to this address and below this path, and none that a browser marks as a page's. */
export function privateListener(listener: RequestListener, path: string): RequestListener {
  return (incoming, outgoing) => {
    const { url = "", headers, socket } = incoming;
    const isOfPage = headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
    const isAddressed = headers.host === `${socket.localAddress}:${socket.localPort}` && url.startsWith(path);
    const rest = url.slice(path.length);
    // A second slash would begin a host in what listeners make a URL of.
    if (isOfPage || !isAddressed || !/^(\/(?![\\/])|$)/.test(rest)) {
      outgoing.writeHead(403, { connection: "close" }).end();
      return;
    }
    incoming.url = rest || "/";
    listener(incoming, outgoing);
  };
}
