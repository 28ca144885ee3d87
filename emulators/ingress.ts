import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AnycloudError } from "../src/adapter.ts";

/** Why a port cannot be had, by the system's code. */
const REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken by another program: end that program or choose another port",
  // Ports below 1024, and those that Windows has set aside.
  EACCES: "is not yours to open: choose another port",
};

/**
 * Opens an HTTP server on loopback. It waits for slow clients as long as the platforms' ingresses do, and for responses without
 * a limit: each emulator enforces that of its platform.
 */
export async function openIngress(
  port: number,
  listener: RequestListener,
  host = "127.0.0.1",
): Promise<{ server: Server; url: string }> {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 0 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = REFUSALS[error.code ?? ""];
      reject(why ? new AnycloudError("PORT_IN_USE", `Port ${port} ${why} with --port.`, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
  return { server, url: `http://${host}:${(server.address() as AddressInfo).port}` };
}

/** Closes an ingress and the connections that it still holds. */
export async function closeIngress(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
