import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { BenchRequest } from "../requests.ts";

export interface Load {
  readonly port: number;
  readonly request: BenchRequest;
  /** Open at the same time, each with one request in flight. */
  readonly connections: number;
  readonly ms: number;
}

/**
 * Sends a server on loopback the same request again and again. It writes to sockets because Node.js's own client takes
 * longer over a request than our server does. Rejects for any answer but 200 with the expected result.
 */
export async function loadServer({
  port,
  request,
  connections,
  ms,
}: Load): Promise<{ answers: number; wallMs: number }> {
  const bytes = toBytes(request, port);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const startedAt = performance.now();
  const endsAt = startedAt + ms;
  const counts = await Promise.all(sockets.map((socket) => ask(socket, bytes, endsAt)));
  const wallMs = performance.now() - startedAt;
  for (const socket of sockets) socket.destroy();
  return { answers: counts.reduce((sum, count) => sum + count, 0), wallMs };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket.setEncoding("latin1");
}

function ask(socket: Socket, request: Buffer, endsAt: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answers = 0;
  let received = "";
  socket.on("error", reject);
  socket.on("close", () => reject(new Error(`closed after ${answers} answers`)));
  socket.on("data", (chunk: unknown) => {
    received += chunk;
    if (!isWhole(received)) return;
    if (!received.startsWith("HTTP/1.1 200 ") || !received.includes('"text":"42"')) reject(new Error(received));
    received = "";
    answers++;
    if (performance.now() < endsAt) socket.write(request);
    else {
      socket.removeAllListeners("close");
      resolve(answers);
    }
  });
  socket.write(request);
  return promise;
}

/** Each connection has one request in flight, so everything after the head is the body of its answer. */
function isWhole(received: string): boolean {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /^content-length: (\d+)/im.exec(received.slice(0, head))?.[1];
  return length === undefined ? received.endsWith("0\r\n\r\n") : received.length - head - 4 >= Number(length);
}

function toBytes({ headers, body }: BenchRequest, port: number): Buffer {
  const lines = Object.entries({
    ...headers,
    host: `localhost:${port}`,
    "content-length": String(Buffer.byteLength(body)),
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`POST /mcp HTTP/1.1\r\n${head}\r\n${body}`);
}
