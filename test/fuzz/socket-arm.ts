import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listenOnPort } from "../../adapters/gcp/container.ts";
import { toCloudRun } from "../../adapters/gcp/entry.ts";
import type { HttpHandler } from "../../src/adapter.ts";
import type { Answer } from "./answer.ts";
import type { Arm } from "./arm.ts";
import { CutResponse, readAnswers } from "./http-answers.ts";
import type { Sample } from "./sample.ts";

/** Milliseconds of silence after which the client of an unfinished request says that nothing more will come. */
const PATIENCE_MS = 2_000;

/** The container, with bytes written to its socket. */
export async function containerArm(handlers: readonly HttpHandler[]): Promise<Arm> {
  const options = { port: 0, host: "127.0.0.1" };
  const containers = await Promise.all(handlers.map((handler) => listenOnPort(handler, options)));
  return socketArm("gcp, container", containers);
}

/** The function's listener in a server of Node.js, as frameworks call it, with bytes written to its socket. */
export async function functionArm(handlers: readonly HttpHandler[]): Promise<Arm> {
  const servers = await Promise.all(handlers.map((handler) => listen(createServer(toCloudRun(handler)))));
  return socketArm("gcp, function", servers);
}

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

const socketArm = (name: string, servers: readonly Listening[]): Arm => ({
  name,
  send: async (sample) => exchange(servers[sample.endpoint]?.port ?? 0, sample),
  async close() {
    await Promise.all(servers.map((server) => server.close()));
  },
});

/** Every answer that came over the connection; undefined where a client is owed none. */
async function exchange(port: number, sample: Sample): Promise<Answer[] | undefined> {
  const bytes = bytesOf(sample);
  const isWhole = ["sound", "chunked", "slow"].includes(sample.framing);
  const received = await new Promise<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    if (!isWhole) socket.setTimeout(PATIENCE_MS, () => (socket.writableEnded ? socket.destroy() : socket.end()));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks)));
    if (sample.framing === "slow") void writeSlowly(socket, bytes);
    else socket.write(bytes);
    // The server waits for the rest of an unfinished request.
    if (!isWhole) socket.end();
  });
  // A client that disconnects in the middle gets no answer.
  if (received.length === 0) return undefined;
  try {
    return readAnswers(received, sample.method === "HEAD");
  } catch (error) {
    // A request that breaks off ends the stream that has answered its head.
    if (error instanceof CutResponse && !isWhole) return undefined;
    throw error;
  }
}

/** Pieces of a slow request, and the milliseconds between two of them. */
const PIECES = 5;
const PAUSE_MS = 20;

async function writeSlowly(socket: Socket, bytes: Buffer): Promise<void> {
  const size = Math.ceil(bytes.length / PIECES);
  for (let at = 0; at < bytes.length && socket.writable; at += size) {
    socket.write(bytes.subarray(at, at + size));
    await sleep(PAUSE_MS);
  }
}

function bytesOf({ method, target, headers, body, framing }: Sample): Buffer {
  const lines = [...headers.map(([name, value]) => `${name}: ${value}`), "connection: close"];
  const head = (...more: string[]): Buffer =>
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${[...lines, ...more].join("\r\n")}\r\n\r\n`);
  const length = (bytes: number): string => `content-length: ${bytes}`;
  const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);
  const chunked = Buffer.concat([...(body.length > 0 ? [chunk] : []), Buffer.from("0\r\n\r\n")]);
  switch (framing) {
    case "sound":
    case "slow":
      return Buffer.concat([head(length(body.length)), body]);
    case "chunked":
      return Buffer.concat([head("transfer-encoding: chunked"), chunked]);
    case "short":
      return Buffer.concat([head(length(Math.floor(body.length / 2))), body]);
    case "long":
      return Buffer.concat([head(length(body.length + 10)), body]);
    case "two lengths":
      return Buffer.concat([head(length(body.length), length(body.length + 1)), body]);
    case "both":
      return Buffer.concat([head(length(3), "transfer-encoding: chunked"), chunked]);
    case "bare":
      return Buffer.from(`${method} ${target}\n${lines.join("\n")}\n\n${body.toString("latin1")}`, "latin1");
    case "garbage":
      return body;
    case "cut":
      return head(length(body.length)).subarray(0, -7);
  }
}
