import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { buildTarget } from "../../cli/build/build-target.ts";
import { ROOT } from "../cli/project.ts";
import { startIngress } from "../support/ingresses.ts";
import { modernCall } from "../support/messages.ts";

const SERVER = `
import { McpServer } from "@modelcontextprotocol/server";
import { defineServer } from "mcp-anycloud";
export default defineServer({
  createServer() {
    const server = new McpServer({ name: "observed", version: "1" });
    server.registerTool("hi", {}, async () => ({ content: [] }));
    return server;
  },
});`;

/** Prints the names of spans. */
const SDK = `
import { trace } from "@opentelemetry/api";
import { AlwaysOnSampler, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
const exporter = {
  export(spans, done) {
    for (const { name } of spans) console.log("span " + name);
    done({ code: 0 });
  },
  async shutdown() {},
};
// Google's front end samples few requests.
const sampler = new AlwaysOnSampler();
trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] }));`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The entry of a project that depends on OpenTelemetry's API, or does not. */
function project(source: string, dependencies: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "telemetry-"));
  folders.push(folder);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "notes", type: "module", dependencies }));
  writeFileSync(join(folder, "server.ts"), source);
  return join(folder, "server.ts");
}

const API = { "@opentelemetry/api": "1.10.0" };

test("a project that depends on the API, and registers no SDK, loads nothing more", async () => {
  const built = async (dependencies: Readonly<Record<string, string>>) => {
    const entry = project(SERVER, dependencies);
    return (await buildTarget({ platform: "aws", entry, outDir: `${entry}-dist` })).files;
  };
  const [without, with_] = [await built({}), await built(API)];
  const main = (files: typeof without) => files.find(({ name }) => name === "index.mjs");
  expect(with_.map(({ name }) => name)).toContain("open-telemetry.cjs");
  expect(main(with_)?.inputs.filter((input) => input.includes("@opentelemetry"))).toEqual([]);
  expect((main(with_)?.bytes ?? 0) - (main(without)?.bytes ?? 0)).toBeLessThan(1_000);
  expect(without.map(({ name }) => name)).not.toContain("open-telemetry.cjs");
});

test("a project that registers an SDK gets a span for each request, from the first one on", async () => {
  const lines: string[] = [];
  const entry = project(`${SDK}\n${SERVER}`, API);
  const { url, close } = await startIngress("gcp", { entry, onOutput: (line) => void lines.push(line) });
  try {
    const [message, { headers }] = modernCall("tools/call", { name: "hi", arguments: {} });
    const sent = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
    await (await fetch(`${url}/mcp`, { method: "POST", headers: sent, body: JSON.stringify(message) })).text();
    await expect
      .poll(() => lines.filter((line) => line.includes("span ")))
      .toEqual([expect.stringMatching(/span tools\/call hi$/)]);
  } finally {
    await close();
  }
});
