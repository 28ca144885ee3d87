import { fileURLToPath } from "node:url";
import { startLocalTable } from "../../../emulators/local-table.ts";
import { createMcpEndpoint, createMemoryStore } from "../../../src/index.ts";
import { TEST_INGRESSES } from "../../conformance/ingress.ts";
import { MODES } from "../../conformance/mode.ts";
import { REVISIONS } from "../../conformance/revision.ts";
import { runConformance } from "../../conformance/run-conformance.ts";
import { runSuite } from "../../conformance/suite.ts";
import type { ScenarioResult } from "../../conformance/suite-results.ts";
import { describeVerdict, isAsExpected } from "../../conformance/verdict.ts";
import tasksServer from "../../fixtures/tasks-server.ts";
import { startIngress } from "../../support/ingresses.ts";
import { SCENARIOS } from "../../tasks/scenarios.ts";
import { serveOnLoopback } from "../loopback-endpoint.ts";
import { UPSTREAMS } from "./upstreams.ts";

/** The official suites through a gateway of one source, behind each ingress: `-- --ingress gcp` for one of them. */
const GATEWAY = fileURLToPath(new URL("../../fixtures/gateway-server.ts", import.meta.url));

const asked = process.argv.at(process.argv.indexOf("--ingress") + 1);
const ingresses = TEST_INGRESSES.filter((ingress) => !process.argv.includes("--ingress") || ingress === asked);

const table = await startLocalTable();
try {
  for (const { name, start, without } of UPSTREAMS) {
    const upstream = await start();
    try {
      for (const ingress of ingresses) {
        for (const mode of MODES) {
          for (const revision of REVISIONS) {
            const environment = { ...table.environment, UPSTREAM_URL: upstream.url };
            const run = { entry: GATEWAY, ingress, mode, environment, revision, without: without[revision] };
            const verdict = await runConformance(run);
            process.stdout.write(`${ingress}, ${mode.name}, ${name}: ${revision} ${describeVerdict(verdict)}\n`);
            if (!isAsExpected(verdict)) process.exitCode = 1;
          }
        }
      }
    } finally {
      await upstream.close();
    }
  }
  await runTasks();
} finally {
  await table.close();
}

/** The scenarios of the Tasks extension. */
async function runTasks(): Promise<void> {
  const options = { store: createMemoryStore(), logLevel: "silent", audit: "off" } as const;
  const upstream = await serveOnLoopback(...[1, 2, 3].map(() => createMcpEndpoint(tasksServer, options)));
  try {
    for (const ingress of ingresses) {
      for (const { instances, amnesia, name } of MODES) {
        const environment = { ...table.environment, UPSTREAM_URL: upstream.url };
        const emulator = await startIngress(ingress, { entry: GATEWAY, instances, amnesia, environment });
        const results: ScenarioResult[] = [];
        for (const scenario of SCENARIOS) {
          results.push(...(await runSuite({ url: `${emulator.url}/mcp`, revision: "2026-07-28", scenario })));
        }
        await emulator.close();
        const failed = results.filter(({ outcome }) => outcome !== "passed");
        const passed = `${results.length - failed.length}/${SCENARIOS.length}`;
        process.stdout.write(
          `${ingress}, ${name}, tasks: ${passed} ${failed.length > 0 ? JSON.stringify(failed) : ""}\n`,
        );
        if (failed.length > 0) process.exitCode = 1;
      }
    }
  } finally {
    await upstream.close();
  }
}
