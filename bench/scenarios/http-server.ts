import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../../emulators/free-port.ts";
import { type Sample, shuffled } from "../report/sample.ts";
import { benchRequest } from "../requests.ts";
import { loadServer } from "./http-load.ts";
import type { Effort } from "./scenario.ts";

export const CONNECTIONS = 32;
/** A turn is longer over HTTP, because connections take time to settle. */
const TURN_FACTOR = 4;

/** A process that serves HTTP on loopback, and the times of its requests in microseconds. */
export interface HttpServer extends Disposable {
  readonly title: string;
  readonly port: number;
  readonly samples: Sample[];
  /** The CPU time that its process has used, in milliseconds. */
  cpuMs(): Promise<number>;
}

export interface HttpServerOptions {
  readonly title: string;
  readonly program: string;
  readonly url: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startHttpServer({ title, program, url, environment }: HttpServerOptions): Promise<HttpServer> {
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), MCP_ANYCLOUD_LOG_LEVEL: "silent", ...environment };
  const server: ChildProcess = fork(program, [url], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await once(server, "message");
  return {
    title,
    port,
    samples: [],
    async cpuMs() {
      const answer = once(server, "message");
      server.send("cpu");
      return (await answer)[0] as number;
    },
    [Symbol.dispose]: () => void server.kill("SIGKILL"),
  };
}

/** Warms every server up and then measures them in rounds: each once in each round, in random order. */
export async function measureServers(
  servers: readonly HttpServer[],
  { warmUpRequests, rounds, turnMs }: Pick<Effort, "warmUpRequests" | "rounds" | "turnMs">,
): Promise<void> {
  for (const server of servers) {
    for (let answers = 0; answers < warmUpRequests; ) answers += (await load(server, turnMs * TURN_FACTOR)).answers;
  }
  for (let round = 0; round < rounds; round++) {
    for (const server of shuffled(servers)) server.samples.push(await turn(server, turnMs * TURN_FACTOR));
  }
}

async function turn(server: HttpServer, ms: number): Promise<Sample> {
  const before = await server.cpuMs();
  const { answers, wallMs } = await load(server, ms);
  return { wall: (wallMs / answers) * 1000, cpu: (((await server.cpuMs()) - before) / answers) * 1000 };
}

const load = ({ port }: HttpServer, ms: number): ReturnType<typeof loadServer> =>
  loadServer({ port, request: benchRequest("tools/call", "2026-07-28"), connections: CONNECTIONS, ms });
