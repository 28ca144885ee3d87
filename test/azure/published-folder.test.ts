import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Artefact } from "../../cli/build/artefact/artefact.ts";
import { buildTarget } from "../../cli/build/build-target.ts";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";
import { run } from "./function-app.ts";
import { publishedFiles } from "./published-files.ts";

const GREETER = fileURLToPath(new URL("../../examples/greeter/server.ts", import.meta.url));

/** As it lies on a developer's machine: with a source map in it and the settings that `func start` reads. */
const work = mkdtempSync(join(tmpdir(), "published-folder-"));
const folder = join(work, "azure");
let artefact: Artefact;
beforeAll(async () => {
  artefact = await buildTarget({ platform: "azure", entry: GREETER, outDir: folder, sourceMapDir: folder });
  write("azure/local.settings.json", '{ "Values": { "SECRET": "of this machine" } }');
  write("azure/.vscode/settings.json", "{}");
});
afterAll(() => rmSync(work, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(work, name)), { recursive: true });
  writeFileSync(join(work, name), text);
}

const readJson = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

test("the published files are one function app, whose main exists", () => {
  const files = publishedFiles(folder);
  expect(files.filter((file) => basename(file) === "host.json")).toEqual(["host.json"]);
  // With a function.json, the host would treat it as an app of the previous programming model.
  expect(files.filter((file) => basename(file) === "function.json")).toEqual([]);
  expect(files).toContain(readJson("package.json").main);
});

test("the published files hold only what runs: no map, no source, no package to install, no local setting", () => {
  expect(publishedFiles(folder)).toEqual([
    "THIRD-PARTY-LICENSES.txt",
    "aws-client.cjs",
    "aws-credentials.cjs",
    "azure-table.cjs",
    "host.json",
    "index.mjs",
    "json-schema-validator.cjs",
    "jwt-verifier.cjs",
    "package.json",
    "redis.cjs",
    "sdk-entry.mjs",
    "sessions.mjs",
  ]);
  expect(readJson("package.json")).not.toHaveProperty("dependencies");
  expect(readJson("package.json")).not.toHaveProperty("devDependencies");
});

test("the published files need nothing else to load under Microsoft's library, to answer and to end", async () => {
  expect(artefact.files[0]?.inputs).toContainEqual(expect.stringMatching(/node_modules\/@azure\/functions\//));
  const app = join(work, "home/site/wwwroot");
  for (const file of publishedFiles(folder)) cpSync(join(folder, file), join(app, file));
  const { url, output, close } = await run(app);
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
  const call = { tool: "greet", arguments: { name: "Ada" } };
  expect(await runSmoke({ url: `${url}/mcp`, call })).toMatchObject({ failure: undefined });
  await close();
  expect(output.filter((line) => /error/i.test(line))).toEqual([]);
});

test("patterns are those of Core Tools, not of git", () => {
  // From its own tests, GitIgnoreParserTests.cs, but for the file in a folder.
  write(
    "patterns/.funcignore",
    "# a comment\n*.swp\nfoo/*.wat\n/test1\nnonexistent\n!/nonexistent/foo\nother/**/what\n",
  );
  const left = ["test.swp", "foo/bar.wat", "test1", "nonexistent/bar", "other/blah/what"];
  const kept = ["test1File.wat", "nonexistent/foo/wat", "wat/test/index.js", "folder/test.swp"];
  for (const name of [...left, ...kept]) write(`patterns/${name}`, "");
  expect(publishedFiles(join(work, "patterns"))).toEqual(kept.sort());
});
