import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../../emulators/free-port.ts";
import { type Comparison, type Row, timedRow } from "../report/row.ts";
import { ratioOf, type Sample, shuffled, summaryOf } from "../report/sample.ts";
import { benchRequest } from "../requests.ts";
import type { Source } from "../sources.ts";
import { OVER_HTTP } from "../targets.ts";
import { loadServer } from "./http-load.ts";
import type { Bench, Finding } from "./scenario.ts";

const CONNECTIONS = 32;
const SCENARIO = `tools/call over HTTP, ${CONNECTIONS} connections`;
const SERVERS: ReadonlyArray<readonly [title: string, source: Source]> = [
  ["ours, Cloud Run's container form", "oursContainer"],
  ["SDK v2, toNodeHandler", "sdkNode"],
];
/** A turn is longer over HTTP, because connections take time to settle. */
const TURN_FACTOR = 4;

interface Served extends Disposable {
  readonly title: string;
  readonly port: number;
  readonly samples: Sample[];
  /** The CPU time that its process has used, in milliseconds. */
  cpuMs(): Promise<number>;
}

/** Requests to a container over connections that stay open. */
export async function measureOverHttp({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  using servers = new DisposableStack();
  const all: Served[] = [];
  for (const [title, source] of SERVERS) {
    all.push(servers.use(await serve({ title, program: hosts.http, url: artefacts[source].url })));
  }
  for (const server of all) await turn(server, effort.warmUpRequests / 2);
  for (let round = 0; round < effort.rounds; round++) {
    for (const server of shuffled(all)) server.samples.push(await turn(server, effort.turnMs * TURN_FACTOR));
  }
  return { rows: rowsOf(all), notes: [NOTE] };
}

const NOTE =
  "Over HTTP: the client runs beside the server and takes most of a core, so the CPU time of the server says more than the wall clock.";

async function turn({ port, cpuMs }: Served, ms: number): Promise<Sample> {
  const before = await cpuMs();
  const { answers, wallMs } = await loadServer({
    port,
    request: benchRequest("tools/call", "2026-07-28"),
    connections: CONNECTIONS,
    ms,
  });
  return { wall: (wallMs / answers) * 1000, cpu: (((await cpuMs()) - before) / answers) * 1000 };
}

async function serve(options: { title: string; program: string; url: string }): Promise<Served> {
  const { title, program, url } = options;
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), MCP_ANYCLOUD_LOG_LEVEL: "silent" };
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

function rowsOf([ours, ...others]: readonly Served[]): Row[] {
  if (!ours) return [];
  const names = (title: string) => ({ scenario: SCENARIO, subject: title, unit: "µs" });
  const rows = others.map(({ title, samples }) => {
    const comparison: Comparison = { as: "times", ...ratioOf(samples, ours.samples), target: OVER_HTTP };
    return timedRow(names(title), summaryOf(samples), comparison);
  });
  return [timedRow(names(ours.title), summaryOf(ours.samples)), ...rows];
}
