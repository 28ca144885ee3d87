import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A fault that meets a request on its way to DynamoDB, or the response on its way back. */
export type Fault =
  /** Nothing. */
  | "passes"
  /** The connection is reset; DynamoDB never sees the request. */
  | "reset"
  /** DynamoDB applies the request; the connection is reset before the answer. */
  | "answer lost"
  /** As before, but in the middle of the answer. */
  | "answer cut"
  /** The connection is reset; the request reaches DynamoDB when the test lets it (`deliverLate`). */
  | "late"
  /** Nobody answers. */
  | "black hole"
  /** DynamoDB answers so, without applying the request. */
  | { readonly status: number; readonly error: string };

export const THROTTLED: Fault = { status: 400, error: "ProvisionedThroughputExceededException" };

export interface FaultProxy {
  readonly endpoint: string;
  /** Operations in the order they came. */
  readonly seen: string[];
  /** Decides about each request; `nth` counts those of its operation from 1. */
  plan: (operation: string, nth: number, body: string) => Fault | Promise<Fault>;
  deliverLate(): Promise<void>;
  close(): Promise<void>;
}

/** Faults for the requests of one operation in turn; what comes after them, and every other operation, passes. */
export const faults =
  (operation: string, ...inTurn: readonly Fault[]): FaultProxy["plan"] =>
  (asked, nth) =>
    (asked === operation && inTurn[nth - 1]) || "passes";

/** A loopback proxy that does to requests what networks and busy services do. On any free port by default. */
export async function startFaultProxy(target: string, port = 0): Promise<FaultProxy> {
  const late: (() => Promise<unknown>)[] = [];
  const counts = new Map<string, number>();
  const proxy: Pick<FaultProxy, "seen" | "plan"> = { seen: [], plan: () => "passes" };

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const operation = String(incoming.headers["x-amz-target"]).replace(/^.*\./, "");
    const nth = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, nth);
    proxy.seen.push(operation);
    const fault = await proxy.plan(operation, nth, body);
    const forwarded = (): Promise<Answer> => forward(target, incoming, body);
    const reset = (): unknown => incoming.socket.resetAndDestroy();
    if (fault === "black hole") return;
    if (fault === "reset") reset();
    else if (fault === "late") {
      late.push(forwarded);
      reset();
    } else if (fault === "answer lost") {
      await forwarded();
      reset();
    } else if (typeof fault === "object") {
      const text = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${fault.error}`, message: "planned" });
      outgoing.writeHead(fault.status, { "content-type": "application/x-amz-json-1.0" }).end(text);
    } else {
      const answer = await forwarded();
      outgoing.writeHead(answer.status, answer.headers);
      if (fault === "passes") outgoing.end(answer.body);
      else outgoing.write(answer.body.subarray(0, answer.body.length / 2), reset);
    }
  }

  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async deliverLate() {
      for (const deliver of late.splice(0)) await deliver();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

function forward(target: string, { headers, method = "POST" }: IncomingMessage, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const own = { ...headers, host: new URL(target).host };
    const call = request(target, { method, headers: own, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    });
    call.on("error", reject);
    call.end(body);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return text;
}
