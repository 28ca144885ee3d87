import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { build } from "esbuild";

export interface MemoryRun {
  /** Connections that each send the largest allowed body at a time. */
  readonly connections: number;
  /** How long each of them takes. */
  readonly seconds: number;
  /** Hostile bodies that are sent afterwards. */
  readonly bodies: number;
}

export interface MemoryReport {
  readonly maxResidentBytes: number;
  /** Milliseconds that 99 of 100 calls of an honest client take at most: alone, and beside each attack. */
  readonly quietMs: number;
  readonly besideSlowMs: number;
  readonly besideHostileMs: number;
  /** Responses by status. */
  readonly slow: Readonly<Record<string, number>>;
  readonly hostile: Readonly<Record<string, number>>;
  /** Responses to a body of the largest size that is sent alone, after the attacks. */
  readonly afterwards: Readonly<Record<string, number>>;
}

const HEAP_MEBIBYTES = 256;
const QUIET_CALLS = 200;
/** Between two calls of the honest client. */
const PAUSE_MS = 5;
const CONDITION = "--conditions=@mcp-anycloud/source";

/** Attacks a container in a process of its own, and measures an honest client beside it. Rejects when the container ends. */
export async function runMemory({ connections, seconds, bodies }: MemoryRun): Promise<MemoryReport> {
  const folder = await mkdtemp(join(tmpdir(), "memory-"));
  const server = fork(await bundle("memory-server.ts", folder), {
    execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
  });
  const ended = once(server, "exit").then(([code, signal]) => {
    throw new Error(`the container ended with ${code ?? signal}`);
  });
  // It ends at last, too.
  ended.catch(() => {});
  try {
    const [{ port }] = (await Promise.race([once(server, "message"), ended])) as [{ port: number }];
    const honest = honestClient(port);
    await honest.until(() => honest.calls >= QUIET_CALLS);
    const quietMs = await honest.until(() => honest.calls >= 2 * QUIET_CALLS);
    const attack = (environment: NodeJS.ProcessEnv) =>
      Promise.race([ended, beside(honest, port, { CONNECTIONS: String(connections), ...environment })]);
    const [besideSlowMs, slow] = await attack({ SECONDS: String(seconds) });
    const [besideHostileMs, hostile] = await attack({ CONNECTIONS: "4", BODIES: String(bodies) });
    const [, afterwards] = await attack({ CONNECTIONS: "1", SECONDS: "0" });
    server.send("memory");
    const [{ maxResidentBytes }] = (await Promise.race([once(server, "message"), ended])) as [
      { maxResidentBytes: number },
    ];
    return { maxResidentBytes, quietMs, besideSlowMs, besideHostileMs, slow, hostile, afterwards };
  } finally {
    server.kill();
    await rm(folder, { recursive: true });
  }
}

/** One file without types, as it is deployed: Node.js holds what it needs to strip types. */
async function bundle(file: string, folder: string): Promise<string> {
  const outfile = join(folder, file.replace(".ts", ".mjs"));
  const entryPoints = [join(import.meta.dirname, file)];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "esm", target: "node22" });
  return outfile;
}

type Honest = ReturnType<typeof honestClient>;

async function beside(
  honest: Honest,
  port: number,
  environment: NodeJS.ProcessEnv,
): Promise<[number, Record<string, number>]> {
  const attackers = promisify(execFile)(
    process.execPath,
    [CONDITION, join(import.meta.dirname, "hostile-clients.ts")],
    { env: { ...process.env, PORT: String(port), ...environment } },
  );
  let over = false;
  const finished = attackers.finally(() => {
    over = true;
  });
  finished.catch(() => {});
  const p99 = await honest.until(() => over);
  return [p99, JSON.parse((await finished).stdout)];
}

/** A client that makes small calls, one after the other. */
function honestClient(port: number) {
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({
    ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
    params: { name: "echo", arguments: { text: "hello" } },
  });
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  async function call(): Promise<void> {
    const outgoing = request({ port, host: "127.0.0.1", path: "/mcp", method: "POST", headers, agent }).end(body);
    const [response] = await once(outgoing, "response");
    for await (const _ of response);
    if (response.statusCode !== 200) throw new Error(`an honest call was answered with ${response.statusCode}`);
    client.calls += 1;
  }
  const client = {
    calls: 0,
    /** Calls until `isOver`, and returns how long 99 of 100 calls took at most. */
    async until(isOver: () => boolean): Promise<number> {
      const times: number[] = [];
      while (!isOver()) {
        const startedAt = performance.now();
        await call();
        times.push(performance.now() - startedAt);
        await sleep(PAUSE_MS);
      }
      return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
    },
  };
  return client;
}
