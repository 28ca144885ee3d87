import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { type Row, timedRow } from "../report/row.ts";
import { type Sample, shuffled, summaryOf } from "../report/sample.ts";
import { benchRequest } from "../requests.ts";
import type { Source } from "../subjects.ts";
import { loadServer } from "./http-load.ts";
import type { Bench, Finding } from "./scenario.ts";

const CONNECTIONS = 32;
const SCENARIO = `tools/call over HTTP, ${CONNECTIONS} connections`;
const SERVERS: ReadonlyArray<readonly [title: string, source: Source]> = [
  ["ours, Cloud Run's container form", "oursContainer"],
  ["SDK v2, toNodeHandler", "sdkNode"],
];
/** A turn over HTTP, as long as several in a process: connections settle. */
const TURNS = 4;

interface Served extends Disposable {
  readonly title: string;
  readonly port: number;
  readonly samples: Sample[];
  /** CPU time of its process so far, in milliseconds. */
  cpuMs(): Promise<number>;
}

/** Requests to a container, over connections that stay open. */
export async function measureOverHttp({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  using servers = new DisposableStack();
  const all: Served[] = [];
  for (const [title, source] of SERVERS) {
    all.push(servers.use(await serve({ title, program: hosts.http, url: artefacts[source].url })));
  }
  for (const server of all) await turn(server, effort.warmUpRequests / 2);
  for (let round = 0; round < effort.rounds; round++) {
    for (const server of shuffled(all)) server.samples.push(await turn(server, effort.turnMs * TURNS));
  }
  return { rows: rowsOf(all), notes: [SHARED] };
}

const SHARED =
  "Over HTTP, who asks runs beside who answers, and takes most of a core: CPU time is the server's own, and says more than the clock.";

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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function rowsOf([ours, ...others]: readonly Served[]): Row[] {
  if (!ours) return [];
  const names = (title: string) => ({ scenario: SCENARIO, subject: title, unit: "µs" });
  const best = summaryOf(ours.samples);
  const rows = others.map(({ title, samples }) => {
    const summary = summaryOf(samples);
    const comparison = {
      as: "times" as const,
      wall: summary.wall / best.wall,
      cpu: summary.cpu / best.cpu,
      target: { atLeast: 2.5 },
    };
    return timedRow(names(title), summary, comparison);
  });
  return [timedRow(names(ours.title), best), ...rows];
}
