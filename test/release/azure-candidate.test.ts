import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Container } from "../../adapters/gcp/container.ts";
import { azureRelease } from "../../cli/release/clouds/azure-release.ts";
import { deploy, promote } from "../../cli/release/deploy.ts";
import type { Infrastructure } from "../../cli/release/infrastructure.ts";
import type { LoopOptions } from "../../cli/release/release-loop.ts";
import { APPS, type App, type FunctionApps, fakeFunctionApps, OUTPUTS } from "./fake-api-management.ts";
import { type FakeTools, fakeTools } from "./fake-tools.ts";
import { KINDS, type Kind, serveKind } from "./served-kinds.ts";
import { readArguments } from "./strict-arguments.ts";

const [FIRST, SECOND] = APPS;
const folder = mkdtempSync(join(tmpdir(), "release-"));
const infrastructure: Infrastructure = {
  cloud: "azure",
  kind: "terraform",
  folder,
  root: "infra/azure",
  terraform: "tofu",
};
const build = (code: string): void => writeFileSync(join(folder, "dist/azure/index.mjs"), code);

const servers = {} as Record<Kind, Container>;
beforeAll(async () => {
  vi.stubEnv("MCP_ANYCLOUD_LOG_LEVEL", "silent");
  for (const path of ["dist/azure", "infra/azure/.terraform"]) mkdirSync(join(folder, path), { recursive: true });
  for (const kind of KINDS) servers[kind] = await serveKind(kind);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const server of Object.values(servers)) await server.close();
  rmSync(folder, { recursive: true });
});
const originOf = (kind: Kind): string => `http://127.0.0.1:${servers[kind].port}`;

let world: FunctionApps;
let tools: FakeTools;
let printed: string[];
function start(description?: string): void {
  world = fakeFunctionApps(description);
  world.urls[FIRST] = originOf("good");
  tools = fakeTools({ az: (command) => world.az(command), func: (command) => world.func(command), tofu });
  printed = [];
  build("1");
}
beforeEach(() => start());

function tofu({ args }: { readonly args: readonly string[] }): string {
  const takes = { words: ["-chdir=infra/azure", args[1] ?? ""], switches: ["-json", "-input=false", "-auto-approve"] };
  readArguments(args, takes);
  const values = { ...OUTPUTS, mcp_url: `${originOf("good")}/mcp` };
  return JSON.stringify(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])));
}

const options = (more: Partial<LoopOptions> = {}): LoopOptions => ({
  headers: {},
  smoke: { timeoutSeconds: 50 },
  allowBreaking: false,
  dryRun: false,
  print: (line) => void printed.push(line),
  pause: async () => {},
  ...more,
});
const release = (): ReturnType<typeof azureRelease> =>
  azureRelease(infrastructure, tools, { yes: true, pause: async () => {} });
/** Deploys a server of a kind to the app that no client reaches. */
const run = (kind: Kind, more: Partial<LoopOptions & { candidate: boolean }> = {}) => {
  const [other = SECOND] = APPS.filter((app) => !world.shares()[app]);
  world.urls[other] = originOf(kind);
  return deploy(infrastructure, release(), { ...options(more), candidate: more.candidate ?? false });
};
/** The shares that the pool had, one after the other. */
const pools = (): object[] =>
  tools.ran.flatMap((line) => {
    const [, body] = /^az rest --method put .* --body '(.*)' --output json$/.exec(line) ?? [];
    if (body === undefined) return [];
    const { properties } = JSON.parse(body);
    const weights = properties.pool.services.map(({ id, weight }: { id: string; weight: number }) => [
      id.split("/").at(-1),
      weight,
    ]);
    return [{ ...Object.fromEntries(weights), beside: properties.description.replace(/ \w{10}$/, "") }];
  });

/** So many requests at an app at a time, of which so many failed. */
const answered = (app: App, count: number, failed: number, at = Date.now()): void =>
  void world.requests.push(...Array.from({ length: count }, (_, index) => ({ at, app, failed: index < failed })));
/** Lets clients call between two looks of the watch. */
const meanwhile = (calls: () => void) => async () => {
  calls();
  // The next look sees what happened before it.
  await new Promise((resolve) => setTimeout(resolve, 2));
};

test("a version goes to the app without clients, gets a tenth of the requests, is watched, and gets all", async () => {
  const { version, mcpUrl } = await run("good");
  expect([version, mcpUrl]).toEqual([SECOND, `${originOf("good")}/mcp`]);
  expect(world.packages).toEqual({ [SECOND]: "1" });
  expect(pools()).toEqual([
    { [FIRST]: 100, beside: "nothing" },
    { [FIRST]: 100, beside: "candidate" },
    { [FIRST]: 90, [SECOND]: 10, beside: "candidate" },
    { [SECOND]: 100, beside: "version before" },
  ]);
  expect(tools.ran.filter((line) => line.startsWith("az monitor"))).toHaveLength(20);
  expect(printed).toContain("Nothing changes for clients.");
  build("2");
  expect((await run("good")).version).toBe(FIRST);
  expect(world.packages).toEqual({ [FIRST]: "2", [SECOND]: "1" });
  expect(await release().status()).toEqual([
    { version: FIRST, percent: 100, note: "" },
    { version: SECOND, percent: 0, note: expect.stringMatching(/^version before \w{10} http:/) },
  ]);
});

test("a candidate waits for its promotion, whatever is built meanwhile", async () => {
  expect(await run("good", { candidate: true })).toMatchObject({ candidate: true, version: SECOND });
  expect(world.shares()).toEqual({ [FIRST]: 100 });
  build("2");
  expect(await promote(release(), options())).toBe(SECOND);
  expect([world.shares(), world.packages]).toEqual([{ [SECOND]: 100 }, { [SECOND]: "1" }]);
  await expect(promote(release(), options())).rejects.toThrow(/^There is no candidate at notes-abc123: deploy one/);
});

test.each([
  ["broken", /^The tool list_notes answers with an error: .* Rolled back: all traffic is at notes-abc123\.$/],
  ["narrower", /^Clients would break \(tool add_note is gone\).* Rolled back: all traffic is at notes-abc123\.$/],
] as const)("a version that is %s gets no traffic, and nobody goes back to it", async (kind, sentence) => {
  await expect(run(kind)).rejects.toMatchObject({ code: "INSTANCE_FAILED", message: expect.stringMatching(sentence) });
  expect(pools().at(-1)).toEqual({ [FIRST]: 100, beside: "nothing" });
  expect(pools().filter((pool) => SECOND in pool)).toEqual([]);
  await expect(release().rollback()).rejects.toThrow(/^notes-abc123b holds no version to go back to: check out/);
});

test("a version that fails a tenth of its requests loses its share without a person", async () => {
  const pause = meanwhile(() => {
    answered(SECOND, 50, 5);
    answered(FIRST, 450, 1);
  });
  await expect(run("good", { pause })).rejects.toThrow(
    /^5 of 50 requests to notes-abc123b failed\. Rolled back: all traffic is at notes-abc123\.$/,
  );
  expect(pools().slice(-2)).toEqual([
    { [FIRST]: 90, [SECOND]: 10, beside: "candidate" },
    { [FIRST]: 100, beside: "nothing" },
  ]);
});

test("what the app answered with an earlier version says nothing about this one", async () => {
  answered(SECOND, 50, 50, Date.now() - 60_000);
  const untilReplaced = meanwhile(() => answered(SECOND, 50, 50));
  tools = fakeTools({
    az: (command) => world.az(command),
    // Until its package is there, it answers with the one before.
    async func(command) {
      await untilReplaced();
      return world.func(command);
    },
    tofu,
  });
  expect((await run("good")).version).toBe(SECOND);
});

test("after a failure at any step, the same command goes on and ends as if nothing had been", async () => {
  for (let failAt = 0; failAt < 6; failAt += 1) {
    start();
    tools.failAt = failAt;
    const first = await run("good").then(
      () => "done",
      (error: Error) => error.message,
    );
    // Publishing is tried again by itself.
    expect([failAt, first]).toEqual([failAt, failAt === 2 ? "done" : expect.stringContaining("planted")]);
    expect([failAt, (await run("good")).version]).toEqual([failAt, SECOND]);
    expect([failAt, world.shares(), world.packages]).toEqual([failAt, { [SECOND]: 100 }, { [SECOND]: "1" }]);
    expect(pools().at(-1)).toEqual({ [SECOND]: 100, beside: "version before" });
  }
});

test("a rollback goes to the app with the version before, once", async () => {
  await run("good");
  expect(await release().rollback()).toBe(FIRST);
  expect(pools().at(-1)).toEqual({ [FIRST]: 100, beside: "nothing" });
  await expect(release().rollback()).rejects.toThrow(/^notes-abc123b holds no version to go back to/);
});

test("a pipeline that runs again leaves the version before where it is", async () => {
  await run("good");
  expect((await run("broken")).version).toBe(SECOND);
  expect(world.packages).toEqual({ [SECOND]: "1" });
  expect(await release().rollback()).toBe(FIRST);
});

test("the first version goes to the first app, and no candidate stands beside nothing", async () => {
  start("unreleased");
  await expect(run("good", { candidate: true })).rejects.toMatchObject({ code: "USAGE" });
  expect(world.packages).toEqual({});
  expect((await run("good")).version).toBe(FIRST);
  expect(world.packages).toEqual({ [FIRST]: "1" });
  expect(pools()).toEqual([{ [FIRST]: 100, beside: "nothing" }]);
});

test("a candidate stands beside the version that the first app had before there was a second", async () => {
  start("unreleased");
  world.packages[FIRST] = "0";
  expect((await run("good", { candidate: true })).version).toBe(SECOND);
  expect(world.packages).toEqual({ [FIRST]: "0", [SECOND]: "1" });
  expect(pools().slice(0, 2)).toEqual([
    { [FIRST]: 100, beside: "nothing" },
    { [FIRST]: 100, beside: "candidate" },
  ]);
});

test.each(["none", "one app"] as const)(
  "with a gateway for %s there is no candidate, and it is said why",
  async (gateway) => {
    world.gateway = gateway;
    const sentence = /^There is one function app, .*: set candidate = true in gateway of infra\/azure/;
    await expect(run("good", { candidate: true })).rejects.toThrow(sentence);
    await expect(promote(release(), options())).rejects.toThrow(sentence);
  },
);

test.each([
  ["another description", { description: "ours" }],
  ["other weights", { pool: { services: [] } }],
])("a pool to which somebody gave %s is not guessed at", async (_what, changed) => {
  world.pool = { ...world.pool, ...changed };
  await expect(run("good")).rejects.toThrow(/^The backend pool mcp of API Management was changed by somebody else: /);
  expect(world.packages).toEqual({});
});
