/** Sends bodies to `PORT`: as many as `BODIES`, or, with `SECONDS`, one on each of `CONNECTIONS` slowly. Prints the statuses. */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const { PORT, CONNECTIONS, BODIES, SECONDS } = process.env;
const MAX_BODY_BYTES = 4_194_304;
const SLICES = 64;

const callOf = (text: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":${text}}}}`;
const filled = (unit: string): string => {
  const room = MAX_BODY_BYTES - callOf("").length - 200;
  return unit.repeat(Math.floor(room / Buffer.byteLength(unit)));
};

/** The largest bodies that are let in: one text takes a byte for each character in memory, the other two. */
const ALLOWED = [callOf(`"${filled("x")}"`), callOf(`"€${filled("x")}"`)];

const HOSTILE = [
  callOf(`[${filled("1,")}1]`),
  callOf(`[${filled("{},")}1]`),
  callOf(`[${filled('"",')}1]`),
  callOf(`${filled("[")}`),
  callOf(`{${filled('"a":1,')}"a":1}`),
  callOf(`"${filled("\\\\")}"`),
  `{"jsonrpc":"2.0","id":1,"method":"${filled("m")}"}`,
  `{"jsonrpc":"2.0","id":"${filled("i")}","method":"ping"}`,
  filled(" "),
  callOf(`"${filled("x")}${"x".repeat(1000)}"`),
];

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const statuses: Record<string, number> = {};

/** Sends a body and reads its response; a client that is cut off while it sends may have none. */
async function send(body: Buffer, pauseMs: number): Promise<void> {
  const headers = {
    ...{ "content-type": "application/json", accept: "application/json, text/event-stream" },
    ...{ "mcp-protocol-version": "2025-11-25", "content-length": body.length },
  };
  const outgoing = request({ port: PORT, host: "127.0.0.1", path: "/mcp", method: "POST", headers, agent });
  const answered = once(outgoing, "response").then(async ([response]) => {
    for await (const _ of response);
    return String(response.statusCode);
  });
  const status = answered.catch(() => "cut off");
  outgoing.on("error", () => {});
  const size = pauseMs > 0 ? Math.ceil(body.length / SLICES) : body.length;
  for (let at = 0; at < body.length && !outgoing.destroyed && !outgoing.writableEnded; at += size) {
    outgoing.write(body.subarray(at, at + size));
    if (pauseMs > 0) await Promise.race([sleep(pauseMs), status]);
  }
  outgoing.end();
  const said = await status;
  statuses[said] = (statuses[said] ?? 0) + 1;
}

const connections = Array.from({ length: Number(CONNECTIONS) }, (_, at) => at);
if (SECONDS) {
  const pauseMs = (Number(SECONDS) * 1000) / SLICES;
  const bodies = ALLOWED.map((text) => Buffer.from(text));
  await Promise.all(connections.map((at) => send(bodies[at % bodies.length] as Buffer, pauseMs)));
} else {
  const bodies = HOSTILE.map((text) => Buffer.from(text));
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < Number(BODIES)) await send(bodies[sent++ % bodies.length] as Buffer, 0);
  };
  await Promise.all(connections.map(work));
}
agent.destroy();
process.stdout.write(JSON.stringify(statuses));
