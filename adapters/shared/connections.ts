import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface SendOptions {
  readonly signal: AbortSignal;
  /** Take no connection that the server may have closed while it was idle. */
  readonly fresh: boolean;
  /** Path and query in place of the endpoint's own, or a query alone: `?visibilitytimeout=5`. Default: the endpoint's. */
  readonly target?: string;
  /** Default POST. */
  readonly method?: string;
}

/** Connections to one endpoint, kept alive between requests. */
export interface Connections {
  /**
   * Sends a request and reads the whole answer. Rejects with the errors of Node.js, which have a `code`, and
   * with an AbortError as soon as the signal aborts.
   */
  send(headers: OutgoingHttpHeaders, body: string | Buffer, options: SendOptions): Promise<HttpAnswer>;
}

/** AWS's client for JavaScript opens as many connections to an endpoint. */
const MAX_CONNECTIONS = 50;

/**
 * Longest time that a connection may have been idle to count as fresh. Servers close idle connections after 2 seconds
 * (gunicorn), 5 (Node.js, Apache) or more, so one that was used within this time is open.
 */
const MAX_IDLE_MS = 1_000;

/**
 * A server may close or forget a connection while it is idle, and a process that was frozen or busy meanwhile, as on Lambda,
 * has not heard of it. A request on such a connection fails before the first byte of its answer, and from that alone
 * nobody can tell whether it was applied. So:
 *
 * - The first request that fails so closes all idle connections, because the others were idle as well: where the request
 *   may be repeated (adapters/shared/retries/retry.ts), the next attempt opens a new one.
 * - A request that must not be applied twice asks for a fresh connection: the event loop first reports the closed ones,
 *   and those that were idle for more than a second are not taken. A connection of its own for each such request would be
 *   as safe, and cost a TLS handshake for each call that is counted.
 */
export function createConnections(url: URL): Connections {
  // Only the module that is needed: each costs milliseconds, and an import of node:http would load undici as well.
  const { Agent, request } = process.getBuiltinModule(url.protocol === "http:" ? "node:http" : "node:https");
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  const idleSince = new WeakMap<object, number>();

  function closeIdle(forMs: number): void {
    const before = Date.now() - forMs;
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) if ((idleSince.get(socket) ?? 0) <= before) socket.destroy();
    }
  }

  return {
    async send(headers, body, { signal, fresh, target, method = "POST" }) {
      if (fresh) {
        closeIdle(MAX_IDLE_MS);
        // Two turns, so that the event loop polls once between them, whatever part of a turn this is.
        for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      return new Promise((resolve, reject) => {
        const call = request(target ? new URL(target, url) : url, { method, headers, agent, signal });
        call.on("error", (error) => {
          if (call.reusedSocket) closeIdle(0);
          reject(error);
        });
        call.on("response", (incoming) => {
          const { statusCode: status = 0, headers, socket } = incoming;
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("end", () => {
            idleSince.set(socket, Date.now());
            resolve({ status, headers, text: Buffer.concat(chunks).toString() });
          });
          incoming.on("error", reject);
        });
        call.end(body);
      });
    },
  };
}
