import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** How a server treats a connection that has been idle for a while. */
export type Ending =
  /** With a TCP reset, of which the client hears at once. */
  | "reset"
  /** With a FIN, of which the client hears at once. */
  | "close"
  /** The client notices it only when it sends: its machine was frozen, or a NAT gateway dropped the connection. */
  | "forget";

export interface IdleServer {
  readonly url: string;
  /** Settles with the requests that were answered so far, by connection: `[2, 1]`. */
  answered(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/**
 * A server in a thread of its own, which answers counters of DynamoDB, and which goes on while the thread of the test is
 * blocked, as other machines do while an instance is frozen.
 */
const PROGRAM = `
  const { createServer } = require("node:net");
  const { parentPort, workerData: { ending, idleMs } } = require("node:worker_threads");
  const answered = [];
  const body = JSON.stringify({ Attributes: { value: { N: "1" } } });
  const server = createServer((socket) => {
    const connection = answered.push(0) - 1;
    let timer;
    let isForgotten = false;
    const endings = {
      reset: () => socket.resetAndDestroy(),
      close: () => socket.destroy(),
      forget: () => (isForgotten = true),
    };
    socket.on("error", () => {});
    socket.on("data", () => {
      clearTimeout(timer);
      if (isForgotten) return socket.resetAndDestroy();
      answered[connection]++;
      const type = "content-type: application/x-amz-json-1.0";
      socket.write(["HTTP/1.1 200 OK", type, "content-length: " + body.length, "", body].join("\\r\\n"));
      timer = setTimeout(endings[ending], idleMs);
    });
  });
  parentPort.on("message", () => parentPort.postMessage(answered));
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;

/** Starts a server that ends connections as soon as they have been idle for `idleMs`. */
export async function startIdleServer(ending: Ending, idleMs: number): Promise<IdleServer> {
  const worker = new Worker(PROGRAM, { eval: true, workerData: { ending, idleMs } });
  const [port] = await once(worker, "message");
  return {
    url: `http://127.0.0.1:${port}`,
    async answered() {
      worker.postMessage("answered");
      const [counts] = await once(worker, "message");
      return counts;
    },
    async close() {
      await worker.terminate();
    },
  };
}

/** Blocks this thread, so that its event loop handles nothing meanwhile. */
export function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
