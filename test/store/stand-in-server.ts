import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface StandInRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface StandInAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface StandIn {
  /** `127.0.0.1:port`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Answers on loopback in the place of an endpoint of a platform. */
export async function startStandIn(
  answer: (request: StandInRequest) => StandInAnswer | Promise<StandInAnswer>,
): Promise<StandIn> {
  const server = createServer(async (incoming, outgoing) => {
    const { method = "", url = "/", headers } = incoming;
    const body = await text(incoming);
    const answered = await answer({ method, url: new URL(url, "http://stand-in"), headers, body });
    outgoing.writeHead(answered.status, answered.headers).end(answered.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
