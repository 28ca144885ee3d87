import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Container } from "../../adapters/gcp/container.ts";
import { gcpRelease } from "../../cli/release/clouds/gcp-release.ts";
import { deploy, promote } from "../../cli/release/deploy.ts";
import type { LoopOptions } from "../../cli/release/release-loop.ts";
import { type CloudRun, fakeCloudRun, gcpInfrastructure, type LogLine, OUTPUTS } from "./fake-cloud-run.ts";
import { type FakeTools, fakeTools } from "./fake-tools.ts";
import { KINDS, type Kind, serveKind } from "./served-kinds.ts";
import { readArguments } from "./strict-arguments.ts";

const servers = {} as Record<Kind, Container>;
const urlOf = (kind: Kind): string => `http://127.0.0.1:${servers[kind].port}/mcp`;
const folder = mkdtempSync(join(tmpdir(), "release-"));
beforeAll(async () => {
  vi.stubEnv("MCP_ANYCLOUD_LOG_LEVEL", "silent");
  for (const kind of KINDS) servers[kind] = await serveKind(kind);
  mkdirSync(join(folder, "dist/gcp"), { recursive: true });
  mkdirSync(join(folder, "infra/gcp/.terraform"), { recursive: true });
  writeFileSync(join(folder, "dist/gcp/index.mjs"), "export {};\n");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const server of Object.values(servers)) await server.close();
  rmSync(folder, { recursive: true });
});

const infrastructure = gcpInfrastructure(folder);

let world: CloudRun;
let tools: FakeTools;
let printed: string[];
beforeEach(() => {
  world = fakeCloudRun();
  tools = fakeTools({ gcloud: (command) => world.gcloud(command), terraform });
  printed = [];
});

/** So many requests that were answered, and so many whose tool failed. */
function answers(good: number, failed: number): LogLine[] {
  const lines = (count: number, outcome: string) => Array.from({ length: count }, () => ({ status: 200, outcome }));
  return [...lines(good, "ok"), ...lines(failed, "tool_error")];
}

function terraform({ args }: { readonly args: readonly string[] }): string {
  const takes = { words: ["-chdir=infra/gcp", args[1] ?? ""], switches: ["-json", "-input=false", "-auto-approve"] };
  readArguments(args, takes);
  const values = { ...OUTPUTS, mcp_url: urlOf("good") };
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

const release = (): ReturnType<typeof gcpRelease> => gcpRelease(infrastructure, tools, true);
const run = (kind: Kind, more: Partial<LoopOptions & { candidate: boolean }> = {}) => {
  world.urls.candidate = new URL(urlOf(kind)).origin;
  return deploy(infrastructure, release(), { ...options(more), candidate: more.candidate ?? false });
};
const changes = (): string[] => tools.ran.filter((line) => /apply|deploy|update-traffic/.test(line));
const shares = (): unknown[] => world.traffic.map(({ revisionName, percent, tag }) => [revisionName, percent, tag]);

test("a good version is brought, tried, given a tenth, watched and promoted", async () => {
  const { version } = await run("good");
  expect(version).toMatch(/^notes-[0-9a-f]{10}-2$/);
  expect(changes().map((line) => line.replace(/ --project .*/, ""))).toEqual([
    "terraform -chdir=infra/gcp apply -input=false -auto-approve",
    expect.stringMatching(
      /^gcloud run deploy notes --source dist\/gcp .* --no-traffic --tag candidate --revision-suffix /,
    ),
    "gcloud run services update-traffic notes --to-tags candidate=10",
    "gcloud run services update-traffic notes --to-latest",
    "gcloud run services update-traffic notes --remove-tags candidate",
  ]);
  expect(tools.ran.filter((line) => line.startsWith("gcloud logging read"))).toHaveLength(20);
  expect(shares()).toEqual([[version, 100, undefined]]);
  expect(printed).toContain("Nothing changes for clients.");
});

test("a candidate waits for its promotion", async () => {
  const { candidate, version } = await run("good", { candidate: true });
  expect(candidate).toBe(true);
  expect(shares()).toEqual([
    ["notes-00001-abc", 100, undefined],
    [version, 0, "candidate"],
  ]);
  // Whatever was built meanwhile: what was tried is promoted.
  writeFileSync(join(folder, "dist/gcp/index.mjs"), "export const later = true;\n");
  expect(await promote(release(), options())).toBe(version);
  await expect(promote(release(), options())).rejects.toThrow(/^notes has no candidate: deploy one/);
  expect(shares()).toEqual([[version, 100, undefined]]);
  expect(changes().filter((line) => line.includes("run deploy"))).toHaveLength(1);
});

test.each([
  ["broken", /^The tool list_notes answers with an error: .* Rolled back: all traffic is at notes-00001-abc\.$/],
  ["narrower", /^Clients would break \(tool add_note is gone\).* Rolled back: all traffic is at notes-00001-abc\.$/],
  [
    "unlisted",
    /^What clients would get cannot be read: .*out of ink.* Rolled back: all traffic is at notes-00001-abc\.$/,
  ],
] as const)("a version that is %s gets no traffic, and is taken back", async (kind, sentence) => {
  await expect(run(kind)).rejects.toMatchObject({ code: "INSTANCE_FAILED", message: expect.stringMatching(sentence) });
  expect(shares()).toEqual([["notes-00001-abc", 100, undefined]]);
  expect(changes().filter((line) => line.includes("candidate=10"))).toEqual([]);
});

test("a version that lacks a tool is promoted where that is said", async () => {
  const { version } = await run("narrower", { allowBreaking: true });
  expect(printed).toContain("breaks clients: tool add_note is gone");
  expect(shares()).toEqual([[version, 100, undefined]]);
});

test("a version whose calls fail for a tenth of the clients is taken back without a person", async () => {
  world.lines.candidate = answers(45, 5);
  await expect(run("good")).rejects.toThrow(
    /^5 of 50 requests to notes-\w+-2 failed\. Rolled back: all traffic is at notes-00001-abc\.$/,
  );
  expect(shares()).toEqual([["notes-00001-abc", 100, undefined]]);
  expect(changes().some((line) => line.includes("candidate=10"))).toBe(true);
});

test("a watch that Ctrl-C ends takes the version back", async () => {
  const pause = async () => void process.emit("SIGINT", "SIGINT");
  await expect(run("good", { pause })).rejects.toThrow(
    /^The watch of notes-\w+-2 was interrupted\. Rolled back: all traffic is at notes-00001-abc\.$/,
  );
  expect(shares()).toEqual([["notes-00001-abc", 100, undefined]]);
  expect(changes().some((line) => line.includes("candidate=10"))).toBe(true);
});

test.each([
  ["hardly more often than in the version before", answers(45, 5), answers(93, 6)],
  ["seldom", answers(120, 6), answers(100, 0)],
  ["a few times", answers(6, 4), answers(100, 0)],
])("a version whose tools fail %s is promoted", async (_how, candidate, before) => {
  Object.assign(world.lines, { candidate, "notes-00001-abc": before });
  const { version } = await run("good");
  expect(shares()).toEqual([[version, 100, undefined]]);
});

test("after a failure at any step, the same command goes on and ends as if nothing had been", async () => {
  for (let failAt = 0; failAt < 5; failAt += 1) {
    world = fakeCloudRun();
    tools = fakeTools({ gcloud: (command) => world.gcloud(command), terraform });
    tools.failAt = failAt;
    await expect(run("good")).rejects.toThrow(/planted/);
    const { version } = await run("good").catch((error: Error) => {
      // The last step alone failed: everything was promoted, and the tag is left.
      throw new Error(`step ${failAt}: ${error.message}`);
    });
    expect([failAt, shares()]).toEqual([failAt, [[version, 100, undefined]]]);
    expect([failAt, world.revisions.length]).toEqual([failAt, 2]);
  }
});

test("a rollback goes to the revision before, also after the promotion", async () => {
  const { version } = await run("good");
  expect(await release().rollback()).toBe("notes-00001-abc");
  expect(shares()).toEqual([["notes-00001-abc", 100, undefined]]);
  await expect(release().rollback()).rejects.toThrow(/notes-00001-abc is the first revision of notes/);
  expect((await release().status()).map(({ version: name, percent }) => [name, percent])).toEqual([
    ["notes-00001-abc", 100],
  ]);
  expect(version).not.toBe("notes-00001-abc");
});

test("an outdated candidate is not promoted", async () => {
  await run("good", { candidate: true });
  world.revisions.push("notes-00009-set");
  const traffic = await release().traffic?.(true);
  await expect(traffic?.promote()).rejects.toThrow(/newer revision than the candidate/);
});
