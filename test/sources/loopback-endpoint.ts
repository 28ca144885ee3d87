import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { HttpHandler } from "../../src/adapter.ts";
import { type Fetch, toFetch } from "../../src/index.ts";

/** An endpoint on a port of this machine, in this process. */
export interface LoopbackEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the endpoints in turn, as instances behind one address. */
export function serveOnLoopback(...handlers: readonly HttpHandler[]): Promise<LoopbackEndpoint> {
  const instances: Fetch[] = handlers.map((handler) => toFetch(handler));
  let turn = 0;
  return serveFetch((request) =>
    (instances[turn++ % instances.length] as Fetch)(request, { canStream: true, clientIp: "127.0.0.1" }),
  );
}

/** Serves whatever answers web requests. The connection of one that throws is cut, so that its client does not wait. */
export async function serveFetch(fetch: (request: Request) => Promise<Response>): Promise<LoopbackEndpoint> {
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<unknown> => {
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    const { method = "GET", headers, url = "/" } = incoming;
    const hasBody = method !== "GET" && method !== "HEAD";
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: headers as Record<string, string>,
      signal: gone.signal,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" }),
    });
    const response = await fetch(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (!response.body) return outgoing.end();
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    body.on("error", () => outgoing.destroy());
    outgoing.on("close", () => body.destroy());
    return body.pipe(outgoing);
  };
  const server = createServer((incoming, outgoing) => answer(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
