import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJSONRPCErrorResponse, isJSONRPCResultResponse } from "@modelcontextprotocol/server";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { withFastMessages } from "../cli/build/plugins/sdk/fast-messages.ts";

const DIST = join(import.meta.dirname, "..", "node_modules", "@modelcontextprotocol", "server", "dist");

/** The installed SDK with fast messages. */
async function loadFast(): Promise<typeof import("@modelcontextprotocol/server")> {
  const { outputFiles } = await build({
    entryPoints: [join(DIST, "index.mjs")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    external: ["zod/v4"],
    plugins: [
      {
        name: "fast-messages",
        setup({ onLoad }) {
          onLoad({ filter: /[\\/]server[\\/]dist[\\/]src-[^\\/]+\.mjs$/ }, ({ path }) => {
            const source = readFileSync(path, "utf8");
            const fast = withFastMessages(source);
            const added = fast.split("\n").filter((line) => !source.includes(line));
            // Two guards, and two lines where a connection is closed: the installed SDK is as the build knows it.
            expect(added).toHaveLength(4);
            return { contents: fast, loader: "js" };
          });
        },
      },
    ],
  });
  const code = outputFiles[0]?.text.replaceAll('"zod/v4"', JSON.stringify(import.meta.resolve("zod/v4"))) ?? "";
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

const fast = await loadFast();

const VALUES: readonly unknown[] = [
  ...[null, undefined, 1, "result", [], ["result"], {}, () => {}],
  { jsonrpc: "2.0", id: 1, method: "tools/call", params: {} },
  { jsonrpc: "2.0", id: 1, result: {} },
  { jsonrpc: "2.0", id: 1, result: { content: [] }, more: true },
  { jsonrpc: "2.0", id: 1, result: undefined },
  { jsonrpc: "2.0", result: {} },
  { jsonrpc: "2.0", id: 1, error: { code: -32_600, message: "no" } },
  { jsonrpc: "2.0", error: { code: -32_600, message: "no" } },
  { jsonrpc: "2.0", id: 1, error: "no" },
  { jsonrpc: "2.0", id: 1, result: {}, error: { code: 1, message: "both" } },
  Object.create({ jsonrpc: "2.0", id: 1, result: {} }),
];

test.each([
  ["a result", fast.isJSONRPCResultResponse, isJSONRPCResultResponse],
  ["an error", fast.isJSONRPCErrorResponse, isJSONRPCErrorResponse],
])("what is %s is as before", (_title, isNow, wasBefore) => {
  expect(VALUES.map((value) => isNow(value))).toEqual(VALUES.map((value) => wasBefore(value)));
  expect(new Set(VALUES.map((value) => isNow(value)))).toEqual(new Set([true, false]));
});

test("whoever waits for something on a connection hears that it was closed", async () => {
  const server = new fast.Server({ name: "s", version: "1" }, { capabilities: { tools: {} } });
  const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
  const started = Promise.withResolvers<void>();
  server.setRequestHandler("tools/list", (_request, { mcpReq }) => {
    mcpReq.signal.addEventListener("abort", () => resolve(mcpReq.signal.reason), { once: true });
    started.resolve();
    return new Promise(() => {});
  });
  const [near, far] = fast.InMemoryTransport.createLinkedPair();
  far.onmessage = () => {};
  await server.connect(near);
  await far.start();
  const clientInfo = { name: "c", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: { roots: {} }, clientInfo };
  await far.send({ jsonrpc: "2.0", id: 0, method: "initialize", params });
  await far.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  await far.send({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  await started.promise;
  const asked = expect(server.listRoots()).rejects.toThrow("Connection closed");
  await server.close();
  await asked;
  expect(String(await aborted)).toContain("Connection closed");
});
