import { type Comparison, type Row, timedRow } from "../report/row.ts";
import { ratioOf, summaryOf } from "../report/sample.ts";
import type { Source } from "../sources.ts";
import { OVER_HTTP } from "../targets.ts";
import { CONNECTIONS, type HttpServer, measureServers, startHttpServer } from "./http-server.ts";
import type { Bench, Finding } from "./scenario.ts";

const SCENARIO = `tools/call over HTTP, ${CONNECTIONS} connections`;
const SERVERS: ReadonlyArray<readonly [title: string, source: Source]> = [
  ["ours, Cloud Run's container form", "oursContainer"],
  ["SDK v2, toNodeHandler", "sdkNode"],
];

const NOTE =
  "Over HTTP: the client runs beside the server and takes most of a core, so the CPU time of the server says more than the wall clock. In a profile of ours (November 2026), Node.js and its writes to sockets took 42 parts of 100, garbage collection 23, the SDK and zod 17, and the code of this package 18: without any of the last, ×2.0 would be ×2.4.";

/** Requests to a container over connections that stay open. */
export async function measureOverHttp({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  using servers = new DisposableStack();
  const all: HttpServer[] = [];
  for (const [title, source] of SERVERS) {
    all.push(servers.use(await startHttpServer({ title, program: hosts.http, url: artefacts[source].url })));
  }
  await measureServers(all, effort);
  return { rows: rowsOf(all), notes: [NOTE] };
}

function rowsOf([ours, ...others]: readonly HttpServer[]): Row[] {
  if (!ours) return [];
  const names = (title: string) => ({ scenario: SCENARIO, subject: title, unit: "µs" });
  const rows = others.map(({ title, samples }) => {
    const comparison: Comparison = { as: "times", ...ratioOf(samples, ours.samples), target: OVER_HTTP };
    return timedRow(names(title), summaryOf(samples), comparison);
  });
  return [timedRow(names(ours.title), summaryOf(ours.samples)), ...rows];
}
