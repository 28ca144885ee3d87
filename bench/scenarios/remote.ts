import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpEndpoint } from "../../src/index.ts";
import { gateway, remote } from "../../src/sources/sources.ts";
import { quantile } from "../quantile.ts";
import type { Row } from "../report/row.ts";
import { shuffled } from "../report/sample.ts";
import { benchRequest } from "../requests.ts";
import { REMOTE_CALL } from "../targets.ts";
import { startHttpServer } from "./http-server.ts";
import type { Bench, Finding } from "./scenario.ts";

const SCENARIO = "tools/call to a remote server, one after the other";
const CALLS = 200;

const NOTE =
  "Remote: the same server in another process on this machine, called by the SDK's client and through a gateway in the same process as that client; the difference of the medians is what the gateway adds.";

/** Measures how much a gateway adds to a call of a server that somebody else runs. */
export async function measureRemote({ artefacts, hosts, effort }: Bench): Promise<Finding> {
  using upstream = await startHttpServer({ title: "upstream", program: hosts.http, url: artefacts.oursContainer.url });
  const url = new URL(`http://127.0.0.1:${upstream.port}/mcp`);
  const client = new Client({ name: "bench", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new StreamableHTTPClientTransport(url));
  const handler = createMcpEndpoint(gateway({ tools: remote(url.href) }, { prefixes: { tools: "" } }), {
    logLevel: "silent",
    audit: "off",
  });
  const request = { method: "POST", url: "/mcp", ...benchRequest("tools/call", "2026-07-28") };
  const throughGateway = async (): Promise<void> => {
    const { body } = await handler(request, { requestId: "bench", canStream: true });
    if (typeof body !== "string" || !body.includes("42")) throw new Error(`The gateway answered with ${body}.`);
  };
  const byClient = async (): Promise<void> => {
    const answer = await client.callTool({ name: "add", arguments: { a: 19, b: 23 } });
    if (!JSON.stringify(answer).includes("42")) throw new Error("The server answered with something else.");
  };
  const ways = [
    { subject: "the SDK's client", run: byClient, times: [] as number[] },
    { subject: "through a gateway", run: throughGateway, times: [] as number[] },
  ] as const;
  for (const { run } of ways) for (let call = 0; call < CALLS; call++) await run();
  for (let round = 0; round < effort.rounds; round++) {
    for (const { run, times } of shuffled(ways)) {
      for (let call = 0; call < CALLS; call++) {
        const startedAt = performance.now();
        await run();
        times.push(performance.now() - startedAt);
      }
    }
  }
  await client.close();
  return { rows: rowsOf(ways), notes: [NOTE] };
}

function rowsOf(ways: ReadonlyArray<{ readonly subject: string; readonly times: readonly number[] }>): Row[] {
  const names = { scenario: SCENARIO, unit: "ms" };
  const rows = ways.map(({ subject, times }) => ({ ...names, subject, median: quantile(times, 0.5) }));
  const [client, ours] = rows as [Row, Row];
  const added = ours.median - client.median;
  return [
    ...rows,
    {
      ...names,
      subject: "what the gateway adds",
      median: added,
      ours: { as: "itself", wall: added, target: REMOTE_CALL },
    },
  ];
}
