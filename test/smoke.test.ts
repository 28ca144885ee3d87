import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { runSmoke, type SmokeOptions } from "../cli/smoke/run-smoke.ts";
import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from "../emulators/aws/emulator.ts";
import { type LocalTable, startLocalTable } from "../emulators/local-table.ts";
import { writeArtefact } from "./aws/artefact.ts";
import * as functions from "./aws/invoke-functions.ts";
import { environmentFor, fixture, type InvokedServer, startInvoked } from "./aws/invoke-server.ts";

/** Points AWS's client, wherever in this process, at an emulated Lambda. */
function pointAt(emulator: AwsEmulator): void {
  for (const [name, value] of Object.entries(environmentFor(emulator))) vi.stubEnv(name, value);
}

const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
});

/** The two ways to a server behind an emulator. */
const WAYS: ReadonlyArray<[string, (emulator: AwsEmulator) => SmokeOptions]> = [
  ["over HTTP", ({ url }) => ({ url: `${url}/mcp` })],
  ["through Lambda", () => ({ lambda: "mcp-anycloud:live", region: "us-east-1" })],
];

describe.each([
  ["conformance-server", "2026-07-28", true],
  ["sdk-v1-server", "2025-11-25", true],
  ["sdk-v1-server", "2025-11-25", false],
] as const)("a server (%s) that speaks %s, with a store: %s", (name, version, store) => {
  let table: LocalTable;
  let server: InvokedServer;
  beforeAll(async () => {
    table = await startLocalTable();
    server = await startInvoked(fixture(name), { environment: store ? table.environment : {} });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await table?.close();
  });

  test.each(WAYS)("passes %s", async (_way, target) => {
    pointAt(server);
    const call = { tool: "test_tool_with_progress", arguments: {} };
    const { steps, failure } = await runSmoke({ ...target(server), call });
    expect(failure).toBeUndefined();
    expect(steps.map(({ step }) => step)).toEqual(["connect", "tools/list", "tools/call test_tool_with_progress"]);
    expect(steps[0]?.outcome).toMatch(new RegExp(` speaks ${version}$`));
    expect(steps[1]?.outcome).toMatch(/^\d+ tools?: .*test_/);
    expect(steps[2]?.outcome).toMatch(/\w/);
    for (const { milliseconds } of steps) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  test("fails for a tool that is not there", async () => {
    const { failure } = await runSmoke({ url: `${server.url}/mcp`, call: { tool: "nothing", arguments: {} } });
    expect(failure).toMatch(/tool .?nothing.? not found/i);
  });
});

/** A function of this source, and both ways to it. */
async function run(source: string, options: Partial<AwsEmulatorOptions> = {}): Promise<AwsEmulator> {
  const artefact = await writeArtefact(source);
  closers.push(() => artefact.remove());
  const emulator = await startAwsEmulator({
    artefact: artefact.folder,
    port: 0,
    runtime: "built-in",
    ingress: "function-url",
    ...options,
  });
  closers.push(() => emulator.close());
  pointAt(emulator);
  return emulator;
}

describe("one sentence says what is wrong", () => {
  const SHORT = { timeoutSeconds: 10, timeScale: 0.02 };
  const CASES: ReadonlyArray<[what: string, source: string, options: object, http: RegExp, lambda: RegExp]> = [
    ["throws", functions.THROWS, {}, /but not as an MCP server/, /^mcp-anycloud:live failed with RangeError: the/],
    [
      "runs out of time",
      functions.NEVER_ANSWERS,
      SHORT,
      /HTTP status 502/,
      /^mcp-anycloud:live ran out of time \(Task/,
    ],
    [
      "is not HTTP",
      functions.NOT_HTTP,
      {},
      /answers, but not as an MCP server/,
      /answered, but not with an HTTP response/,
    ],
    ["is a web page", functions.NOT_MCP, {}, /answers, but not as an MCP server/, /answers, but not as an MCP server/],
    ["answers broken JSON", functions.BROKEN_JSON, {}, /but not as an MCP server/, /but not as an MCP server/],
    ["answers other JSON", functions.ECHOES, {}, /but not as an MCP server/, /but not as an MCP server/],
    [
      "fails half way",
      functions.THROWS_LATE,
      {},
      /broke its answer off: see its log/,
      /failed with RangeError: half way/,
    ],
    ["stalls", functions.STALLS, SHORT, /broke its answer off: see its log/, /^mcp-anycloud:live ran out of time/],
    [
      "is throttled",
      functions.ECHOES,
      { concurrency: 0 },
      /has too many requests/,
      /^Lambda throttles mcp-anycloud:live/,
    ],
  ];
  test.each(CASES)("about a function that %s", async (_what, source, options, http, lambda) => {
    const emulator = await run(source, options);
    const [[, overHttp], [, throughLambda]] = WAYS as [(typeof WAYS)[number], (typeof WAYS)[number]];
    expect((await runSmoke(overHttp(emulator))).failure).toMatch(http);
    const report = await runSmoke(throughLambda(emulator));
    expect(report.failure).toMatch(lambda);
    expect(report.steps).toEqual([{ step: "connect", outcome: "failed", milliseconds: expect.any(Number) }]);
    expect(report.failure).not.toContain("\n");
  });

  test("about a function that does not exist", async () => {
    await run(functions.ECHOES);
    const { failure } = await runSmoke({ lambda: "other:live" });
    expect(failure).toBe(
      "Lambda has no function other:live in this region and account: correct the name, the alias or the region.",
    );
  });

  test.each([401, 403, 404, 405, 500])("about a server that answers with %i", async (status) => {
    const emulator = await run(functions.ANSWERS_STATUS);
    const { failure } = await runSmoke({ url: `${emulator.url}/mcp?${status}` });
    expect(failure).toMatch(
      {
        401: /asks who is calling/,
        403: /refuses/,
        404: /no MCP server/,
        405: /no MCP server/,
        500: /HTTP status 500/,
      }[status] ?? /never/,
    );
    expect(failure).not.toContain(`?${status}`);
  });

  test("about a server that cannot be reached", async () => {
    const emulator = await run(functions.ECHOES);
    await emulator.close();
    expect((await runSmoke({ url: `${emulator.url}/mcp` })).failure).toMatch(/cannot be reached \(ECONNREFUSED\)/);
    expect((await runSmoke({ lambda: "mcp-anycloud" })).failure).toMatch(/^Lambda cannot be reached for mcp-anycloud/);
  });

  test("about an invalid address, and about a missing one", async () => {
    for (const options of [{ url: "nowhere" }, {}])
      expect((await runSmoke(options)).failure).toMatch(/^There is nothing to try/);
  });
});

test("the time is bounded, whatever the server does", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/mcp`;
  const { failure } = await runSmoke({ url, timeoutSeconds: 1 });
  expect(failure).toBe("No answer came within 1 s: see the server's log, or give more time with --timeout.");
  await run(functions.STALLS);
  const { failure: stalled } = await runSmoke({ lambda: "mcp-anycloud", timeoutSeconds: 1 });
  expect(stalled).toBe(failure);
});
