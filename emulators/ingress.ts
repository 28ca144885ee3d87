import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AnycloudError } from "../src/adapter.ts";

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
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      const message = `Port ${port} is taken by another program: end that program or choose another port with --port.`;
      reject(taken ? new AnycloudError("PORT_IN_USE", message, { cause: error }) : error);
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
