import { afterAll, beforeAll, test } from "vitest";
import { createMcpEndpoint, createMemoryStore, type ServerDefinition } from "../../../src/index.ts";
import { gateway, remote } from "../../../src/sources/sources.ts";
import { REVISIONS } from "../../conformance/revision.ts";
import { runConformanceAt } from "../../conformance/run-conformance.ts";
import { runSuite } from "../../conformance/suite.ts";
import { describeVerdict } from "../../conformance/verdict.ts";
import tasksServer from "../../fixtures/tasks-server.ts";
import { type LoopbackEndpoint, serveOnLoopback } from "../loopback-endpoint.ts";
import { UPSTREAMS } from "./upstreams.ts";

/** `npm run conformance:gateway` does the same behind every ingress, also with a fresh process for each request. */
function threeOf(server: ServerDefinition): Promise<LoopbackEndpoint> {
  const options = { store: createMemoryStore(), logLevel: "silent", audit: "off" } as const;
  return serveOnLoopback(...[1, 2, 3].map(() => createMcpEndpoint(server, options)));
}

const opened: LoopbackEndpoint[] = [];
afterAll(() => Promise.all(opened.map((endpoint) => endpoint.close())));

/** Three instances of a gateway of the one server there, under its own names. */
async function gatewayBefore(upstream: LoopbackEndpoint): Promise<string> {
  const source = remote(upstream.url, { tasks: true });
  const endpoint = await threeOf(gateway({ only: source }, { prefixes: { only: "" } }));
  opened.push(upstream, endpoint);
  return endpoint.url;
}

// Not ours: `npm run conformance:gateway` has that one, and the suite's tasks are asked of it below.
const foreign = UPSTREAMS.slice(1).map((upstream, index) => ({ ...upstream, revision: REVISIONS[index] }));

/** It gives requests half a second, which is for machines that do nothing else: the script runs it. */
const TIMED = "server-stateless";

/** A suite is 30 scenarios in a row, each of which has 30 seconds by its own clock: on a busy machine, minutes. */
const PATIENCE = { timeout: 900_000 };

test.concurrent.for(foreign)(
  "a gateway of $name passes the official suite of $revision",
  PATIENCE,
  async (upstream, { expect, signal }) => {
    const { start, revision = "2026-07-28", without } = upstream;
    const url = await gatewayBefore(await start());
    const verdict = await runConformanceAt({ url, revision, without: without[revision], signal });
    const failed = verdict.failed.filter(({ scenario }) => scenario !== TIMED);
    expect(failed, describeVerdict(verdict)).toEqual([]);
  },
);

let url: string;
beforeAll(async () => {
  url = await gatewayBefore(await threeOf(tasksServer));
});

/** The scenarios that differ most from each other; the script runs all. */
const SHORT = ["tasks-lifecycle", "tasks-capability-negotiation", "tasks-mrtr-input", "tasks-request-headers"];

test.concurrent.for(SHORT)(
  "a gateway of a server with tasks passes %s",
  PATIENCE,
  async (scenario, { expect, signal }) => {
    const results = await runSuite({ url, revision: "2026-07-28", scenario, signal });
    expect(results).toEqual([{ scenario, outcome: "passed" }]);
  },
);
