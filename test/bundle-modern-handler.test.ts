import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { initialize, modernRequest } from "../bench/messages.ts";
import type { Artefact } from "../cli/build/artefact/artefact.ts";
import { modernFunction } from "../cli/build/plugins/modern-handler-plugin.ts";
import { createBundler } from "./bundled-server.ts";
import { greeter } from "./cli/project.ts";

const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => bundler.remove());

/** Words of the SDK's transport for protocols of 2025, and of the table that documents how requests are validated. */
const TRANSPORT = "Only one SSE stream is allowed per session";
const LADDER = "The modern era is POST-only";

/** The file that holds the toolkit's own createMcpHandler. */
const SDK_ENTRY = "sdk-entry.mjs";

const programOf = ({ folder }: Artefact): string => readFileSync(join(folder, "index.mjs"), "utf8");

const bundleOf = (artefact: Artefact): string =>
  programOf(artefact) + readFileSync(join(artefact.folder, SDK_ENTRY), "utf8");

/** A module with the greeter's server, served by the toolkit and by a handler that the user creates. */
const handlerModule = (imports: string, expression: string): string => `
  import { McpServer${imports} } from "@modelcontextprotocol/server";
  import { createMcpEndpoint, defineServer } from "mcp-anycloud";
  import { z } from "zod";
  const inputSchema = z.object({ name: z.string().min(2) });
  function createServer() {
    const server = new McpServer({ name: "greeter", version: "1.0.0" });
    server.registerTool("greet", { inputSchema }, ({ name }) => ({ content: [{ type: "text", text: "Hello, " + name }] }));
    return server;
  }
  const endpoint = createMcpEndpoint(defineServer({ createServer }), { fastPath: false });
  export default ${expression};`;

const ask = async (url: string, [message, headers]: readonly [object, object]): Promise<string> => {
  const accept = "application/json, text/event-stream";
  const init = { method: "POST", headers: { ...headers, accept, "content-type": "application/json" } };
  return (await fetch(`${url}/mcp`, { ...init, body: JSON.stringify(message) })).text();
};

const CALL = modernRequest("tools/call", { name: "greet", arguments: { name: "Ada" } });
const LEGACY_CALL = [initialize(), {}] as const;

describe("the SDK's transport for protocols of 2025", () => {
  test("is left out of a server, which serves both eras without it", async () => {
    const { artefact, open } = await bundler.bundle("modern", greeter("Hello"));
    expect(bundleOf(artefact)).not.toContain(TRANSPORT);
    expect(bundleOf(artefact)).not.toContain(LADDER);
    const url = await open();
    expect(await ask(url, CALL)).toContain("Hello, Ada");
    expect(await ask(url, LEGACY_CALL)).toContain("greeter");
  });

  test("is left out where every request goes through createMcpHandler", async () => {
    const { artefact, open } = await bundler.bundle("whole-sdk", handlerModule("", "endpoint"), "handler");
    expect(bundleOf(artefact)).not.toContain(TRANSPORT);
    const url = await open();
    expect(await ask(url, CALL)).toContain("Hello, Ada");
    expect(await ask(url, LEGACY_CALL)).toContain("greeter");
  });

  test("is there for a user's own createMcpHandler, beside the toolkit's", async () => {
    const both = `async (request, invocation) => {
      if (!request.headers["x-own"]) return endpoint(request, invocation);
      const { headers } = request;
      const body = typeof request.body === "string" ? request.body : await new Response(request.body).text();
      const own = createMcpHandler(createServer);
      const response = await own.fetch(new Request("http://own.example/mcp", { method: "POST", headers, body }));
      return { status: response.status, headers: {}, body: await response.text() };
    }`;
    const { artefact, open } = await bundler.bundle("both", handlerModule(", createMcpHandler", both), "handler");
    expect(bundleOf(artefact)).toContain(TRANSPORT);
    const url = await open();
    for (const own of [{}, { "x-own": "1" }]) {
      expect(await ask(url, [CALL[0], { ...CALL[1], ...own }])).toContain("Hello, Ada");
      expect(await ask(url, [LEGACY_CALL[0], own])).toContain("greeter");
    }
  });
});

test("the SDK's entry is loaded with the first request that needs it, and what it refuses is refused", async () => {
  const { artefact, open } = await bundler.bundle("sdk-entry", greeter("Hello"));
  const [message, headers] = CALL;
  const contradicting = [message, { ...headers, "mcp-name": "other" }] as const;
  const url = await open();
  expect(await ask(url, CALL)).toContain("Hello, Ada");
  expect(await ask(url, contradicting)).toMatch(/-32020/);
  rmSync(join(artefact.folder, SDK_ENTRY));
  const without = await open();
  expect(await ask(without, CALL)).toContain("Hello, Ada");
  expect(await ask(without, contradicting)).toMatch(/Internal error/i);
});

describe("the function without the transport", () => {
  const sdk = readFileSync(fileURLToPath(import.meta.resolve("@modelcontextprotocol/server")), "utf8");

  test("is made of the installed SDK's, and differs in one line", () => {
    const modern = modernFunction(sdk) ?? "";
    const [original = ""] = /^function createMcpHandler[\s\S]*?\n\}\n/m.exec(sdk) ?? [];
    const lines = original.replace("createMcpHandler", "createModernHandler").split("\n");
    const changed = modern
      .trim()
      .split("\n")
      .filter((line) => !lines.includes(line));
    expect(changed).toEqual(["\tconst legacyHandler = void 0;", "export { createModernHandler };"]);
  });

  test.each([
    ["has another signature", ["factory, options = {}", "factory, settings = {}"]],
    ["has another name", ["function createMcpHandler", "function buildMcpHandler"]],
    [
      "makes its fallback in another way",
      ["createLegacyStatelessFallback(factory, reportError", "fallback(reportError"],
    ],
  ] as const)("is not made where the SDK's %s", (_title, [from, to]) => {
    expect(sdk).toContain(from);
    expect(modernFunction(sdk.replaceAll(from, to))).toBeUndefined();
  });
});

describe("zod's functions", () => {
  const UNUSED = "Unknown data type";

  test("are left out where nothing calls them, and defaults in place of errors still come", async () => {
    const handler = `
      import * as z from "zod/v4";
      const body = () => JSON.stringify([z.string().catch("caught").parse(1), z.string().catch(() => "made").parse(1)]);
      export default async () => ({ status: 200, headers: {}, body: body() });`;
    const { artefact, open } = await bundler.bundle("lean-zod", handler, "handler");
    expect(programOf(artefact)).not.toContain(UNUSED);
    expect(await (await fetch(await open())).json()).toEqual(["caught", "made"]);
  });

  test("are there for a module that imports them", async () => {
    const handler = `
      import { util } from "zod/v4/core";
      export default async () => ({ status: 200, headers: {}, body: util.getParsedType([]) });`;
    const { artefact, open } = await bundler.bundle("whole-zod", handler, "handler");
    expect(programOf(artefact)).toContain(UNUSED);
    expect(await (await fetch(await open())).text()).toBe("array");
  });
});
