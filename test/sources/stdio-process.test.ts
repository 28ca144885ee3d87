import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import type { FactoryContext } from "../../src/server/server-factory.ts";
import { lastWordsOf } from "../../src/sources/stdio/last-words.ts";
import { createProcesses } from "../../src/sources/stdio/processes.ts";
import type { ProcessLimits } from "../../src/sources/stdio/stdio-options.ts";
import { isRunning } from "../support/programs.ts";
import { as, endpointOf } from "./desktop-endpoint.ts";
import { callText, connectTo } from "./source-client.ts";

afterEach(() => {
  vi.restoreAllMocks();
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
