import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { findingsIn, toBuildError } from "../../cli/build/build-failure.ts";

const finding = (text: string) => ({
  id: "",
  pluginName: "",
  text,
  location: { file: "server.ts", namespace: "", line: 2, column: 7, length: 1, lineText: "", suggestion: "" },
  notes: [],
  detail: undefined,
});

test.each([
  [
    'Could not resolve "not-there/map"',
    "server.ts:2:8: .*: install it \\(npm install not-there\\) or correct the import\\.$",
  ],
  [
    'No loader is configured for ".yaml" files: rows.yaml',
    'server.ts:2:8: .*: import it with { type: "text" }, or read it as a file that "assets" names',
  ],
  [
    'No loader is configured for ".wasm" files: a.wasm',
    'a\\.wasm: read it as a file that "assets" names \\(docs/assets.md\\)\\.$',
  ],
  [
    'No loader is configured for ".node" files: node_modules/.pnpm/k@1/node_modules/@acme/native/bin/linux-x64.node',
    'linux-x64\\.node: add "@acme/native" to "external" of "mcp-anycloud" in package\\.json \\(docs/assets.md\\)\\.$',
  ],
  ['Could not resolve "#lib/a"', '"#lib/a": correct the import, or its alias in "imports" of package\\.json or'],
  ['Could not resolve "@/lib/a"', '"@/lib/a": correct the import, or its alias in '],
  ["Expected ;", "^server.ts:2:8: Expected ;\\.$"],
])("%s says what to do about it", (text, sentence) => {
  expect(toBuildError([finding(text)], "server.ts").message).toMatch(new RegExp(sentence));
});

test("a package of a workspace that is not built yet is not to be installed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unbuilt-"));
  try {
    mkdirSync(join(folder, "node_modules/@acme/db"), { recursive: true });
    writeFileSync(join(folder, "node_modules/@acme/db/package.json"), '{ "exports": { ".": "./dist/index.js" } }');
    writeFileSync(join(folder, "server.ts"), 'import "@acme/db/sub";\nimport "@acme/db";\nimport "@acme/none";\n');
    const failure = await build({ entryPoints: [join(folder, "server.ts")], bundle: true, logLevel: "silent" }).catch(
      (error: unknown) => error,
    );
    const lines = toBuildError(findingsIn(failure) ?? [], "server.ts").message.split("\n");
    const unbuilt = /installed, but its package\.json leads to no file for that, so build @acme\/db first or correct/;
    expect(lines.sort()).toEqual([
      expect.stringMatching(unbuilt),
      expect.stringMatching(unbuilt),
      expect.stringMatching(/"@acme\/none": install it \(npm install @acme\/none\)/),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
