import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createMcpEndpoint, createMemoryStore, defineServer } from "../../src/index.ts";
import type { FactoryContext } from "../../src/server/server-factory.ts";
import { gateway, type StdioOptions, stdio } from "../../src/sources/sources.ts";
import { lastWordsOf } from "../../src/sources/stdio/last-words.ts";
import { createProcesses } from "../../src/sources/stdio/processes.ts";
import type { ProcessLimits } from "../../src/sources/stdio/stdio-options.ts";
import { DESKTOP_SERVERS } from "../real-servers/desktop-servers.ts";
import { isRunning } from "../support/programs.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

const PROGRAM = fileURLToPath(new URL("./desktop-server.ts", import.meta.url));

const verifier = {
  verifyAccessToken: async (token: string) => ({
    token,
    clientId: "test",
    scopes: [],
    expiresAt: Date.now() / 1000 + 60,
    extra: { sub: token },
  }),
};

const endpointOf = (options: StdioOptions = {}, args: readonly string[] = []) =>
  createMcpEndpoint(
    defineServer({ ...gateway({ desk: stdio("node", [PROGRAM, ...args], options) }, { listSeconds: 60 }), verifier }),
    {
      store: createMemoryStore(),
      logLevel: "silent",
      audit: "off",
    },
  );

const as = (caller: string) => ({ headers: { authorization: `Bearer ${caller}` } });

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
    const handler = createMcpEndpoint(defineServer({ ...desk, verifier }), {
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
  ["Error: no such table\n    at open (db.js:1:2)\n\nNode.js v24.1.0\n", "Error: no such table"],
  [
    "x.js:3\n    throw e\n    ^\n\nTypeError [ERR_X]: no name\n    at a\n    at b {\n  code: 'ERR_X'\n}\n",
    "TypeError [ERR_X]: no name",
  ],
  ["Usage: server <folder>\n", "Usage: server <folder>"],
  ["", ""],
])("the reason in %j", (said, reason) => {
  expect(lastWordsOf(said)).toBe(reason);
});

test("a folder that something still writes to when its process ends does not hold up its instance", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const client = await connectTo(endpointOf(), "2026-07-28", as("ada"));
  const { HOME } = JSON.parse(await callText(client, "desk_variables"));
  const begunAt = performance.now();
  let [turnedAt, longestMs] = [begunAt, 0];
  const turns = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - turnedAt);
    turnedAt = performance.now();
  }, 10);
  expect(await callText(client, "desk_scatter")).toContain("It ended.");
  expect(await callText(client, "desk_count")).toBe("1");
  clearInterval(turns);
  expect(longestMs).toBeLessThan((performance.now() - begunAt) / 2);
  await expect.poll(() => existsSync(HOME)).toBe(false);
});

/** Calls of one caller to a desktop server whose program is given, from what it does with a line. */
function callsTo(onLine: string, limits: Partial<ProcessLimits> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "raw-server-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "server.cjs");
  writeFileSync(
    file,
    `const answer = (id, result) => JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n";
    const write = (text) => process.stdout.write(text);
    const lines = require("readline").createInterface({ input: process.stdin });
    lines.on("close", () => process.exit()).on("line", (line) => {
      const { id, method, params } = JSON.parse(line);
      if (method === "initialize") write(answer(id, { protocolVersion: params.protocolVersion, capabilities: {} }));
      ${onLine}
    });`,
  );
  const all = { idleMs: 60_000, timeoutMs: 3_600_000, memoryMegabytes: 64, maxProcesses: 1, maxBytes: 65_536 };
  const processes = createProcesses({ name: "raw", file, args: [], env: {}, limits: { ...all, ...limits } });
  return (name: string, logLevel?: string) =>
    processes.forward(
      {
        ...{ era: "modern", method: "tools/call", params: { name }, client: { capabilities: {}, logLevel } },
        ...{ signal: new AbortController().signal, notify: async () => {}, ask: () => Promise.reject() },
      },
      { caller: { principal: "ada" } } as FactoryContext,
    );
}

test("a process is not ended as idle while a call is at work", async () => {
  // Answers the first call and the level in one piece, as it may happen.
  const call = callsTo(
    `if (method === "logging/setLevel") write(answer(first, { content: [] }) + answer(id, {}));
    if (params?.name === "first") globalThis.first = id;
    if (params?.name === "second") setTimeout(() => write(answer(id, { content: [] })), 1_500);`,
    { idleMs: 500 },
  );
  expect(await Promise.all([call("first"), call("second", "info")])).toEqual([{ content: [] }, { content: [] }]);
});

test("a call whose process ends before it was sent does not wait for an answer", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const call = callsTo('if (method === "logging/setLevel") process.exit(7);');
  expect(await call("any", "info")).toMatchObject({ content: [{ text: expect.stringContaining("It ended.") }] });
});

test("a request that was answered with an error is not cancelled", async () => {
  const call = callsTo(
    `const error = { code: -32602, message: "no such thing" };
    if (method === "notifications/cancelled") process.exit(7);
    if (params?.name === "wrong") write(JSON.stringify({ jsonrpc: "2.0", id, error }) + "\\n");
    if (params?.name === "right") write(answer(id, { content: [] }));`,
  );
  await expect(call("wrong")).rejects.toThrow("no such thing");
  expect(await call("right")).toEqual({ content: [] });
});

test("a process that nobody needs is ended", async () => {
  const client = await connectTo(endpointOf({ idleSeconds: 1 }), "2026-07-28", as("ada"));
  const pid = await callText(client, "desk_pid");
  const { HOME } = JSON.parse(await callText(client, "desk_variables"));
  expect(isRunning(pid)).toBe(true);
  await expect.poll(() => [isRunning(pid), existsSync(HOME)]).toEqual([false, false]);
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
