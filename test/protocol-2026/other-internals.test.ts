import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { REQUESTS } from "./differential/requests.ts";

/** The internals of the SDK that the direct path depends on (src/server/request-binding.ts). */
const TOUCHED = [
  "_negotiatedProtocolVersion",
  "_clientCapabilities",
  "_clientVersion",
  "toolInputSchemaJson",
  "resolveScopeChallenge",
];
/** Others, which an earlier version depended on. */
const UNTOUCHED = ["_registeredTools", "_requestHandlers", "_onrequest", "_transport"];

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SDK = join(ROOT, "node_modules/@modelcontextprotocol/server");

/** The corpus, answered by the direct path and by the SDK's own entry; with the SDK, it is bundled into one module. */
const PROGRAM = `
import { answerOf } from "${ROOT}test/protocol-2026/differential/answers.ts";
import { createEverything } from "${ROOT}test/protocol-2026/differential/everything-server.ts";
import { REQUESTS } from "${ROOT}test/protocol-2026/differential/requests.ts";
import { anyUser, instanceOf } from "${ROOT}test/protocol-2026/instances.ts";

export async function answers(fastPath) {
  const instance = instanceOf(createEverything, { fastPath });
  const withCallers = instanceOf(createEverything, { fastPath, verifier: anyUser, audit: "off" });
  const all = [];
  for (const [name, request] of REQUESTS) {
    const { message, options } = request;
    const headers = { ...options.headers, authorization: "Bearer ada" };
    all.push([name, await answerOf(instance, request)]);
    all.push([name + ", with a token", await answerOf(withCallers, { message, options: { ...options, headers } })]);
  }
  return all;
}`;

type Answers = ReadonlyArray<readonly [name: string, answer: unknown]>;

interface Program {
  answers(fastPath: boolean): Promise<Answers>;
}

let folder: string;
let expected: Answers;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "other-sdk-")));
  expected = await (await programWithout([])).answers(false);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

test("the installed SDK is served by the direct path, and says nothing", async () => {
  const error = vi.spyOn(console, "error").mockReturnValue();
  expect(await (await programWithout([])).answers(true)).toEqual(expected);
  expect(error).not.toHaveBeenCalled();
});

describe("an SDK in which internals have other names answers the whole corpus as before", () => {
  test.each([...TOUCHED.map((name) => [name]), TOUCHED])("%s", async (...names) => {
    const error = vi.spyOn(console, "error").mockReturnValue();
    const answers = names.includes("resolveScopeChallenge") ? withScopesBySdk(expected) : expected;
    expect(await (await programWithout(names)).answers(true)).toEqual(answers);
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("has other internals than this version"));
  });

  test.each(UNTOUCHED)("%s", async (name) => {
    expect(await (await programWithout([name])).answers(true)).toEqual(expected);
  });
});

test("the corpus is not empty", () => expect(REQUESTS.length).toBeGreaterThan(50));

/** Where we cannot ask a server for the scopes that a call needs, the SDK refuses the call, in its own words. */
function withScopesBySdk(answers: Answers): Answers {
  const headers = { "www-authenticate": expect.stringContaining('scope="notes:write"') };
  const refusal = expect.objectContaining({ status: 403, headers: expect.objectContaining(headers) });
  return answers.map(([name, answer]) => [name, name === "a tool with a scope, with a token" ? refusal : answer]);
}

let programs = 0;

/** Bundles the program with a copy of the installed SDK in which `names` are others, and loads it. */
async function programWithout(names: readonly string[]): Promise<Program> {
  const packages = join(folder, String(++programs), "node_modules");
  copySdk(packages, names);
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: ROOT, loader: "js" },
    plugins: [sdkFrom(packages)],
    conditions: ["@mcp-anycloud/source"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node24",
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const file = join(packages, "program.mjs");
  writeFileSync(file, outputFiles[0]?.text ?? "");
  return import(pathToFileURL(file).href);
}

/** Resolves every import of the SDK to the copy in a folder of packages. */
function sdkFrom(packages: string): Plugin {
  const own = Symbol("own look-up");
  return {
    name: "sdk-from",
    setup(build) {
      build.onResolve({ filter: /^@modelcontextprotocol\/server(\/|$)/ }, ({ path, kind, pluginData }) =>
        pluginData === own ? undefined : build.resolve(path, { kind, resolveDir: packages, pluginData: own }),
      );
    },
  };
}

function copySdk(packages: string, names: readonly string[]): void {
  const copy = join(packages, "@modelcontextprotocol/server");
  mkdirSync(join(packages, "@modelcontextprotocol"), { recursive: true });
  cpSync(SDK, copy, { recursive: true });
  // What the SDK itself depends on.
  for (const name of ["zod", "@modelcontextprotocol/core"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(packages, name));
  }
  for (const name of names) {
    let found = 0;
    for (const file of readdirSync(join(copy, "dist")).filter((it) => it.endsWith(".mjs"))) {
      const path = join(copy, "dist", file);
      const source = readFileSync(path, "utf8");
      const renamed = source.replaceAll(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, "g"), `${name}Renamed`);
      if (renamed !== source) found++;
      writeFileSync(path, renamed);
    }
    if (found === 0) throw new Error(`The installed SDK has no ${name}: what does the direct path depend on now?`);
  }
}
