import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends a POST and reads the whole answer. Rejects with the errors of Node.js, which have a `code`, and with an AbortError
 * as soon as the signal says so.
 */
export type Exchange = (headers: OutgoingHttpHeaders, body: string, signal: AbortSignal) => Promise<Answer>;

/** As many as AWS's client opens to an endpoint. */
const MAX_CONNECTIONS = 50;

/** Exchanges with one endpoint, over connections that are kept alive. */
export function createExchange(url: URL): Exchange {
  // The one that is needed: each costs some milliseconds, and an import of node:http would load undici as well.
  const { Agent, request } = process.getBuiltinModule(url.protocol === "http:" ? "node:http" : "node:https");
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  return (headers, body, signal) =>
    new Promise((resolve, reject) => {
      const call = request(url, { method: "POST", headers, agent });
      const abort = (): void => {
        reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
        call.destroy();
      };
      signal.addEventListener("abort", abort, { once: true });
      call.on("close", () => signal.removeEventListener("abort", abort));
      call.on("error", reject);
      call.on("response", (incoming) => {
        const { statusCode: status = 0, headers } = incoming;
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => resolve({ status, headers, text: Buffer.concat(chunks).toString() }));
        incoming.on("error", reject);
      });
      if (signal.aborted) abort();
      else call.end(body);
    });
}
