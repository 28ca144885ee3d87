import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startGcpEmulator } from "../adapters/gcp/emulator.ts";
import type { Artefact } from "../cli/build/artefact.ts";
import { buildTarget } from "../cli/build/build-target.ts";
import { CLOUDS, type Cloud } from "../cli/clouds.ts";
import { createProject, greeter } from "./cli/project.ts";

const NOTEBOOK = fileURLToPath(new URL("../examples/notebook/server.ts", import.meta.url));

/** Code that belongs to one cloud. */
const OWN: Readonly<Record<Cloud, RegExp>> = {
  aws: /(^|\/)adapters\/aws\/|@aws-sdk\/|aws-lambda/,
  azure: /(^|\/)adapters\/azure\/|@azure\//,
  gcp: /(^|\/)adapters\/gcp\/|@google-cloud\//,
};

/** Most kilobytes of the notebook's index.mjs: what it measured in November 2026, and a tenth. */
const BUDGET_KB: Readonly<Record<Cloud, number>> = { aws: 360, azure: 448, gcp: 364 };

const project = createProject();
const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => project.remove());

describe.each(CLOUDS)("the bundle for %s", (cloud) => {
  let artefact: Artefact;
  beforeAll(async () => {
    artefact = await buildTarget({ cloud, entry: NOTEBOOK, outDir: join(project.folder, cloud) });
  });

  test("holds its own cloud's code and no other cloud's", () => {
    for (const other of CLOUDS) {
      const found = artefact.inputs.filter((input) => OWN[other].test(input));
      if (other === cloud) expect(found).not.toEqual([]);
      else expect(found).toEqual([]);
    }
  });

  test("holds nothing of the command line, the emulators or a test", () => {
    expect(artefact.inputs.filter((input) => /(^|\/)(cli|emulation|emulator|test)\//.test(input))).toEqual([]);
  });

  test("stays within its budget", () => {
    const [bundle] = artefact.files;
    process.stdout.write(`${artefact.files.map(toLine).join("")}`);
    expect(bundle?.name).toBe("index.mjs");
    expect((bundle?.bytes ?? Number.POSITIVE_INFINITY) / 1000).toBeLessThan(BUDGET_KB[cloud]);
  });

  const toLine = ({ name, bytes, gzipBytes }: Artefact["files"][number]): string =>
    `${cloud.padEnd(5)} ${name.padEnd(26)} ${(bytes / 1000).toFixed(1).padStart(6)} kB, gzip ${(gzipBytes / 1000).toFixed(1)} kB\n`;
});

/** Serves a module as a Cloud Run container. */
async function serve(name: string, source: string, kind: "server" | "handler" = "server") {
  const outDir = join(project.folder, `artefact-${name}`);
  const artefact = await buildTarget({ cloud: "gcp", entry: project.write(`${name}.ts`, source), outDir, kind });
  return { artefact, open: () => open(outDir) };
}

async function open(artefact: string): Promise<string> {
  const emulator = await startGcpEmulator({ artefact, port: 0 });
  closers.push(() => emulator.close());
  return emulator.url;
}

async function call(url: string, args: Record<string, unknown>): Promise<string> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  closers.push(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  const { content } = await client.callTool({ name: "greet", arguments: args });
  return content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
}

const VALIDATOR = "json-schema-validator.cjs";

describe("zod's locales", () => {
  test("are left out of a server that imports all of zod, and English messages still come", async () => {
    const { artefact, open } = await serve("greeter", greeter("Hello"));
    const locales = artefact.inputs.filter((input) => input.includes("zod/v4/locales/"));
    expect(locales.map((input) => basename(input)).sort()).toEqual(["en.js", "index.js"]);
    expect(await call(await open(), { name: "A" })).toMatch(/too small: expected string to have >=2 characters/i);
  });

  test("say how to get them, and come when they are imported by name", async () => {
    const handler = (expression: string, imports: string): string => `
      import { z } from "zod";
      ${imports}
      export default async () => {
        let body;
        try { z.config(${expression}); body = z.string().safeParse(1).error.issues[0].message; }
        catch (error) { body = error.message; }
        return { status: 200, headers: {}, body };
      };`;
    const unnamed = await serve("unnamed", handler("z.locales.de()", ""), "handler");
    const answer = await fetch(await unnamed.open());
    expect(await answer.text()).toBe(`zod's locale de is not in this bundle: import it from "zod/v4/locales/de.js".`);
    const named = await serve("named", handler("de()", 'import de from "zod/v4/locales/de.js";'), "handler");
    expect(await (await fetch(await named.open())).text()).toBe("Ungültige Eingabe: erwartet string, erhalten Zahl");
  });
});

/** A handler that runs one elicitation between a server and a client in the process, and answers how it ended. */
const elicitation = (imports: string, answer: string): string => `
  ${imports}
  const requestedSchema = { type: "object", properties: { age: { type: "integer" } }, required: ["age"] };
  export default async () => {
    const server = new Server({ name: "s", version: "1" }, { capabilities: {} });
    const [near, far] = InMemoryTransport.createLinkedPair();
    far.onmessage = (message) => {
      if (message.method === "elicitation/create") {
        const result = { action: "accept", content: { age: ${answer} } };
        far.send({ jsonrpc: "2.0", id: message.id, result });
      }
    };
    await server.connect(near);
    await far.start();
    const clientInfo = { name: "c", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo };
    await far.send({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    await far.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    let body;
    try { body = JSON.stringify(await server.elicitInput({ message: "How old?", requestedSchema })); }
    catch (error) { body = error.message; }
    return { status: 200, headers: {}, body };
  };`;

const SDK_V2 = 'import { InMemoryTransport, Server } from "@modelcontextprotocol/server";';
const SDK_V1 = `
  import { Server } from "@modelcontextprotocol/sdk/server/index.js";
  import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";`;

describe.each([
  ["SDK v2", SDK_V2, VALIDATOR],
  ["SDK v1", SDK_V1, "json-schema-validator-v1.cjs"],
])("the JSON Schema validator of %s", (sdk, imports, file) => {
  const name = sdk.replaceAll(/\W/g, "");

  test("checks what a user answered to an elicitation", async () => {
    const wrong = await serve(`${name}-wrong`, elicitation(imports, '"old"'), "handler");
    expect(wrong.artefact.files.map((entry) => entry.name)).toContain(file);
    expect(await (await fetch(await wrong.open())).text()).toContain(
      "does not match requested schema: data/age must be",
    );
    const right = await serve(`${name}-right`, elicitation(imports, "36"), "handler");
    expect(await (await fetch(await right.open())).text()).toBe('{"action":"accept","content":{"age":36}}');
  });

  test("is loaded only when something is validated", async () => {
    const { artefact, open } = await serve(`${name}-lazy`, elicitation(imports, "36"), "handler");
    rmSync(join(artefact.folder, file));
    // The server starts, connects and elicits without it, up to the point where it is needed.
    expect(await (await fetch(await open())).text()).toContain(`Cannot find module './${file}'`);
  });
});

test("a tool with a schema in plain JSON has its arguments checked", async () => {
  const source = greeter("Hello")
    .replace("import { McpServer }", "import { fromJsonSchema, McpServer }")
    .replace(/const inputSchema = .*/, 'const inputSchema = fromJsonSchema({ type: "object", required: ["name"] });');
  const { open } = await serve("json-schema", source);
  const url = await open();
  expect(await call(url, {})).toContain("must have required property 'name'");
  expect(await call(url, { name: "Ada" })).toBe("Hello, Ada!");
});

test("server.mjs and index.mjs share one copy of everything", async () => {
  const { artefact } = await serve("shared", greeter("Hello"));
  const size = (name: string): number => artefact.files.find((file) => file.name === name)?.bytes ?? 0;
  expect(size("server.mjs")).toBeLessThan(200);
});

test("the toolkit is in a bundle once, whoever imports it", async () => {
  const { artefact } = await serve("once", greeter("Hello"));
  const errors = artefact.inputs.filter((input) => /\/?(src|lib\/src)\/errors\.[jt]s$/.test(input));
  expect(errors).toHaveLength(1);
});
