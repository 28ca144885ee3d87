import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { gateway, remote, type Source } from "../../src/sources/sources.ts";
import { REVISIONS } from "../conformance/revision.ts";
import { runConformanceAt } from "../conformance/run-conformance.ts";
import { describeVerdict, isAsExpected } from "../conformance/verdict.ts";
import conformance from "../fixtures/conformance-server.ts";
import { serveOnLoopback } from "./loopback-endpoint.ts";

/** The official suites through a gateway of one source, three instances in turn: in process, and over HTTP. */
const quiet = { logLevel: "silent", audit: "off" } as const;

const threeOf = (source: Source) => {
  const store = createMemoryStore();
  return serveOnLoopback(...[1, 2, 3].map(() => createMcpEndpoint(source, { store, ...quiet })));
};

const upstream = await threeOf(conformance);
try {
  for (const [name, source] of [
    ["in process", conformance],
    ["over HTTP", remote(upstream.url)],
  ] as const) {
    const endpoint = await threeOf(gateway({ only: source }, { prefixes: { only: "" } }));
    try {
      for (const revision of REVISIONS) {
        const verdict = await runConformanceAt({ url: endpoint.url, revision });
        process.stdout.write(`${name}, ${revision}: ${describeVerdict(verdict)}\n`);
        if (!isAsExpected(verdict)) process.exitCode = 1;
      }
    } finally {
      await endpoint.close();
    }
  }
} finally {
  await upstream.close();
}
