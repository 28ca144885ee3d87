import type { Server, ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { AnycloudError, containUnhandledRejections, type HttpHandler } from "../../src/adapter.ts";
import { createListener } from "./listener.ts";
import { declaresTooMuch } from "./request-body.ts";
import { GRACE } from "./shutdown.ts";

export interface ContainerOptions {
  /** Default: `PORT` of the environment, else 8080 ("Container runtime contract"). 0 takes any free port. */
  readonly port?: number;
  /** Address to listen on. Default 0.0.0.0, as the contract demands. */
  readonly host?: string;
}

/** A server that is listening. */
export interface Container {
  readonly port: number;
  /** Stops accepting, drains as on SIGTERM, and resolves when nothing is left. Does not end the process. */
  close(): Promise<void>;
}

const SERVER: ServerOptions = {
  // Google's front end reuses idle connections for 600 s ("Backend keepalive timeout" of Cloud Load Balancing). The
  // server must close later, or a request meets a closing connection.
  keepAliveTimeout: 620_000,
};

/**
 * Serves a Cloud Run container: a `node:http` server on `PORT`. On SIGTERM it stops accepting, lets go what a client can
 * resume elsewhere, finishes the rest within the platform's 10 s, and ends the process with code 0.
 */
export async function listenOnPort(handler: HttpHandler, options: ContainerOptions = {}): Promise<Container> {
  const { port = portOf(process.env.PORT), host = "0.0.0.0" } = options;
  containUnhandledRejections();
  const { listener, drain } = createListener(handler);
  // An import of node:http as an ES module would load undici: 36 ms of a cold start.
  const server = process.getBuiltinModule("node:http").createServer(SERVER, listener);
  // Node.js limits the size of headers anyway; a limit on their number would silently drop the later ones.
  server.maxHeadersCount = 0;
  server.on("checkContinue", (incoming, outgoing) => {
    if (!declaresTooMuch(incoming)) outgoing.writeContinue();
    void listener(incoming, outgoing);
  });
  await listen(server, port, host);

  let closing: Promise<void> | undefined;
  async function end(): Promise<void> {
    const drained = drain(GRACE);
    const closed = stopAccepting(server);
    await drained;
    // The listening socket is closed; this stops the timers of node:http.
    server.close();
    server.closeAllConnections();
    await closed;
    process.removeListener("SIGTERM", onSigterm);
  }
  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }
  function onSigterm(): void {
    void close().then(() => process.exit(0));
  }
  process.on("SIGTERM", onSigterm);
  return { port: (server.address() as AddressInfo).port, close };
}

/**
 * Closes the listening socket and no connection, unlike `close` of node:http, which resets those whose request has arrived
 * and was not read yet. First the connections are taken that wait to be accepted, because the system would reset those.
 */
async function stopAccepting(server: Server): Promise<void> {
  let hasAccepted = true;
  server.on("connection", () => {
    hasAccepted = true;
  });
  while (hasAccepted) {
    hasAccepted = false;
    // Two turns, so that the event loop polls once between them.
    for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  }
  const { close } = process.getBuiltinModule("node:net").Server.prototype;
  return new Promise((resolve) => void close.call(server, () => resolve()));
}

function portOf(text = "8080"): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new AnycloudError("CONFIG_INVALID", `PORT is "${text}": set it to a port number, such as 8080.`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const message = `Port ${port} is taken by another program: end that program or set PORT to another port.`;
      reject(error.code === "EADDRINUSE" ? new AnycloudError("PORT_IN_USE", message, { cause: error }) : error);
    });
    server.listen({ port, host }, resolve);
  });
}
