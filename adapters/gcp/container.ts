import type { RequestListener, Server, ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { AnycloudError, containUnhandledRejections, type HttpHandler } from "../../src/adapter.ts";
import { checkState, type State } from "../shared/check-state.ts";
import { createListener } from "./listener.ts";
import { CONTAINER_SETTINGS } from "./settings.ts";
import { graceOf } from "./shutdown.ts";

export { containerIdentities as platformIdentities } from "./identity.ts";
export { CONTAINER_SETTINGS };

export interface ContainerOptions {
  /** Default: `PORT` of the environment, else 8080 ("Container runtime contract"). 0 takes any free port. */
  readonly port?: number;
  /** Address to listen on. Default 0.0.0.0, as the contract demands. */
  readonly host?: string;
  /** Time limits, from the configuration. Default: those of the settings. */
  readonly limits?: ContainerLimits | undefined;
  /** Where the server's state is, to be tried once: what is set up wrongly is told before a request needs it. */
  readonly state?: State | undefined;
}

/** How long something may take. */
export interface ContainerLimits {
  /** A client, to send a request, headers and body. */
  readonly requestSeconds: number;
  /** A client that takes nothing of its response. */
  readonly readerSeconds: number;
  /** The end of the process, from SIGTERM to SIGKILL. Default 10, Cloud Run's ("Container runtime contract"). */
  readonly shutdownSeconds?: number;
}

const DEFAULT_LIMITS: ContainerLimits = { requestSeconds: 30, readerSeconds: 60 };

/** Time for the endpoint to answer a late body with 408 before Node.js does it without a word. */
const LATE_MS = 1_000;

/** Time that the first requests have the processor to themselves. */
const CHECK_AFTER_MS = 1_000;

/** A server that is listening. */
export interface Container {
  readonly port: number;
  /** Stops accepting, drains as on SIGTERM, and resolves when nothing is left. Does not end the process. */
  close(): Promise<void>;
}

const serverOptions = (requestMs: number): ServerOptions => ({
  // Google's front end reuses idle connections for 600 s ("Backend keepalive timeout" of Cloud Load Balancing). The
  // server must close later, or a request meets a closing connection.
  keepAliveTimeout: 620_000,
  headersTimeout: requestMs,
  requestTimeout: requestMs + LATE_MS,
  connectionsCheckingInterval: Math.min(5_000, requestMs),
});

/**
 * Serves a Cloud Run container: a `node:http` server on `PORT`. On SIGTERM it stops accepting, lets go what a client can
 * resume elsewhere, finishes the rest within the time that the platform gives, and ends the process with code 0.
 */
export async function listenOnPort(handler: HttpHandler, options: ContainerOptions = {}): Promise<Container> {
  const { port = portOf(process.env.PORT), host = "0.0.0.0", limits = DEFAULT_LIMITS, state } = options;
  containUnhandledRejections();
  const { listener, drain } = createListener(handler, limits.readerSeconds * 1000);
  const serve: RequestListener = (incoming, outgoing) => void listener(incoming, outgoing);
  // An import of node:http as an ES module would load undici: 36 ms of a cold start.
  const server = process.getBuiltinModule("node:http").createServer(serverOptions(limits.requestSeconds * 1000), serve);
  // Node.js limits the size of headers anyway; a limit on their number would silently drop the later ones.
  server.maxHeadersCount = 0;
  server.on("checkContinue", (incoming, outgoing) => {
    // A client that asks first sends its body only when the head was accepted (RFC 9110 §10.1.1).
    void listener(incoming, outgoing, () => outgoing.writeContinue());
  });
  // Nothing else can be expected of a server. Node.js would refuse it without a word, and the clouds' ingresses take it away.
  server.on("checkExpectation", serve);
  await listen(server, port, host);
  const check = state && setTimeout(() => void checkState(state), CHECK_AFTER_MS).unref();

  let closing: Promise<void> | undefined;
  async function end(): Promise<void> {
    clearTimeout(check);
    const drained = drain(graceOf(limits.shutdownSeconds ?? CONTAINER_SETTINGS.shutdownSeconds.default));
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
