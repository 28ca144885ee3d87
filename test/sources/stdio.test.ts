import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import { stdio } from "../../src/sources/sources.ts";
import { anyUser } from "../protocol-2026/instances.ts";
import { DESKTOP_SERVERS } from "../real-servers/desktop-servers.ts";
import { isRunning } from "../support/programs.ts";
import { as, endpointOf, PROGRAM } from "./desktop-endpoint.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(ERAS)("a client of %s", (era) => {
  test("uses a desktop server that remembers, with its own variables and none of this process", async () => {
    vi.stubEnv("A_SECRET", "of this process");
    const handler = endpointOf({ env: { MODE: "test", FILE: "{folder}/a.json" } }, ["--root", "/data"]);
    const client = await connectTo(handler, era, as("ada"));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("desk_count");
    expect(await callText(client, "desk_count")).toBe("1");
    expect(await callText(client, "desk_count")).toBe("2");
    expect(await callText(client, "desk_args")).toBe("--root /data");
    const variables = await callText(client, "desk_variables");
    const { MODE, FILE, HOME } = JSON.parse(variables);
    expect({ MODE, FILE }).toEqual({ MODE: "test", FILE: `${HOME}/a.json` });
    expect(existsSync(HOME)).toBe(true);
    expect(variables).not.toContain("of this process");
    const steps: number[] = [];
    await client.callTool(
      { name: "desk_progress", arguments: { steps: 3 } },
      { onprogress: ({ progress }) => void steps.push(progress) },
    );
    expect(steps).toEqual([1, 2, 3]);
    vi.unstubAllEnvs();
  });

  test("shares no process with another caller", async () => {
    const handler = endpointOf();
    const [ada, bob] = await Promise.all([connectTo(handler, era, as("ada")), connectTo(handler, era, as("bob"))]);
    await callText(ada, "desk_count");
    expect(await callText(bob, "desk_count")).toBe("1");
    expect(await callText(ada, "desk_pid")).not.toBe(await callText(bob, "desk_pid"));
  });
});

describe("a client", () => {
  const era = "2026-07-28";

  test("is told that its process ended, and gets another one", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const client = await connectTo(endpointOf(), era, as("ada"));
    await callText(client, "desk_count");
    expect(await callText(client, "desk_die")).toContain("It ended.");
    expect(await callText(client, "desk_count")).toBe("1");
    expect(logged.mock.calls.join("\n")).toContain("ended (code 7)");
  });

  test("whose processes end again and again keeps no other caller from theirs", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const handler = endpointOf();
    const [ada, bob] = await Promise.all([connectTo(handler, era, as("ada")), connectTo(handler, era, as("bob"))]);
    for (let n = 0; n < 5; n++) await callText(ada, "desk_die");
    expect(await callText(ada, "desk_count")).toContain("failed several times");
    expect(await callText(bob, "desk_count")).toBe("1");
  });

  test("is given no more than the limits of a message and of time", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const client = await connectTo(endpointOf({ maxBytes: 1_000_000, timeoutSeconds: 5 }), era, as("ada"));
    // A process that a slow machine starts in more than five seconds is ended, too.
    await expect.poll(() => callText(client, "desk_count")).toMatch(/^\d+$/);
    expect(await callText(client, "desk_hang")).toContain("silent for 5 s");
    expect(await callText(client, "desk_flood")).toContain("It ended.");
  });

  test("is answered by a process that also prints what is no message", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const client = await connectTo(endpointOf(), era, as("ada"));
    expect(await callText(client, "desk_count")).toBe("1");
    expect(await callText(client, "desk_print")).toBe("printed");
    expect(await callText(client, "desk_print")).toBe("printed");
    // It is the same process.
    expect(await callText(client, "desk_count")).toBe("2");
    expect(logged.mock.calls.filter(([line]) => /prints to its standard output/.test(line))).toHaveLength(1);
  });

  test("whose process sends messages without end is told so, and the process is ended", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const client = await connectTo(endpointOf(), era, as("ada"));
    const pid = await callText(client, "desk_pid");
    expect(await callText(client, "desk_chatter")).toContain("too many messages");
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test("whose process ends leaves nothing behind that the process started", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const client = await connectTo(endpointOf(), era, as("ada"));
    const started = await callText(client, "desk_spawn");
    expect(isRunning(started)).toBe(true);
    expect(await callText(client, "desk_die")).toContain("It ended.");
    await expect.poll(() => isRunning(started)).toBe(false);
  });

  test("is given no process while all that there may be are in use", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const handler = endpointOf({ timeoutSeconds: 60, maxProcesses: 1 });
    const client = await connectTo(handler, era, as("ada"));
    await callText(client, "desk_count");
    const left = new AbortController();
    const hung = client.callTool({ name: "desk_hang" }, { signal: left.signal }).catch(() => "left");
    const other = await connectTo(handler, era, as("bob"));
    expect(await callText(other, "desk_count")).toContain("processes are busy");
    left.abort();
    expect(await hung).toBe("left");
  });
});

test("asks the client of a session, and no other", async () => {
  const handler = endpointOf();
  const options = {
    ...as("ada"),
    capabilities: { elicitation: {} },
    prepare: (prepared: { setRequestHandler: (method: "elicitation/create", handle: () => never) => void }) =>
      prepared.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { sure: true } }) as never),
  };
  const session = await connectTo(handler, "2025-11-25", options as never);
  expect(await callText(session, "desk_ask")).toBe('accept {"sure":true}');
  const modern = await connectTo(handler, "2026-07-28", as("ada"));
  expect(await callText(modern, "desk_ask")).toMatch(/does not support/);
});

const [memory] = DESKTOP_SERVERS as [(typeof DESKTOP_SERVERS)[number]];

/** The others need a registry: `test/build/desktop-servers.test.ts`. */
test.each(ERAS)(
  "a public server answers a client of %s with all of its tools, and no other caller sees it",
  async (era) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const desk = stdio("npx", [memory.packageName], { env: { MEMORY_FILE_PATH: "{folder}/memory.jsonl" } });
    const handler = createMcpEndpoint(defineServer({ ...desk, verifier: anyUser }), {
      store: createMemoryStore(),
      logLevel: "silent",
      audit: "off",
    });
    const [client, other] = await Promise.all([connectTo(handler, era, as("ada")), connectTo(handler, era, as("bob"))]);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(memory.calls.map(([name]) => name).sort());
    for (const [name, args, answer] of memory.calls) {
      const result = await client.callTool({ name, arguments: args });
      expect([result.isError ?? false, JSON.stringify(result)]).toEqual([false, expect.stringMatching(answer)]);
      if (name === "read_graph") expect(await callText(other, name)).not.toContain("Ada");
    }
  },
);

test("a change that it tells of between requests is heard by its caller", async () => {
  const heard: string[] = [];
  const client = await connectTo(endpointOf(), "2026-07-28", {
    ...as("ada"),
    prepare: (prepared) =>
      prepared.setNotificationHandler("notifications/tools/list_changed", () => void heard.push("tools")),
  });
  await client.listen({ toolsListChanged: true });
  expect(await callText(client, "desk_grow")).toBe("soon");
  await expect.poll(() => heard).toContain("tools");
  expect(await callText(client, "desk_grown")).toBe("grown");
  await client.close();
});

test("lists nothing of a kind that it has not, and says so in no error", async () => {
  const desk = stdio("node", [PROGRAM]);
  const client = await connectTo(createMcpEndpoint(desk, { logLevel: "silent" }), "2026-07-28");
  expect((await client.listPrompts()).prompts).toEqual([]);
  expect((await client.listResources()).resources).toEqual([]);
});

test("writes to its own folder and to paths that it is given, and nowhere else", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const own = realpathSync(mkdtempSync(join(tmpdir(), "given-")));
  const files = realpathSync(mkdtempSync(join(tmpdir(), "given-file-")));
  const LIST = join(files, "list.json");
  const client = await connectTo(
    endpointOf({ env: { DATA: own, LIST } }, ["--log={folder}/log"]),
    "2026-07-28",
    as("ada"),
  );
  const { HOME } = JSON.parse(await callText(client, "desk_variables"));
  expect(await callText(client, "desk_write", { path: `${HOME}/a` })).toBe("written");
  expect(await callText(client, "desk_write", { path: `${own}/a` })).toBe("written");
  for (const path of [LIST, `${LIST}.a1b2.tmp`]) expect(await callText(client, "desk_write", { path })).toBe("written");
  for (const path of [`${LIST}s`, `${own}s`, `${own}.old`, join(dirname(PROGRAM), "of-all-callers")]) {
    expect(await callText(client, "desk_write", { path })).toContain("restricted");
    expect(existsSync(path)).toBe(false);
  }
  expect(logged.mock.calls.join("\n")).toContain("may not write there");
  for (const folder of [own, files]) rmSync(folder, { recursive: true });
});

test.each([
  ["npx", ["@modelcontextprotocol/no-such-server"], "needs the package @modelcontextprotocol/no-such-server"],
  ["npx", ["--yes", "no-such-server@1.2.3", "/data"], "needs the package no-such-server, which is not here"],
  ["node", ["./no-such-file.js"], "names a file that is not here"],
  ["npx", [], "is no npm package"],
  ["npx", ["https://example.com/package.tgz"], "is no npm package"],
  ["npx", ["zod"], "which has no program to run"],
])("is refused with one sentence: %s %o", (command, args, sentence) => {
  expect(() => stdio(command, args)).toThrow(sentence);
});
