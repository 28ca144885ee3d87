import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildTarget } from "../../cli/build/build-target.ts";
import { decoratorMetadataWarning } from "../../cli/build/project/decorator-metadata.ts";

let folder = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "decorators-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const READER = "node_modules/.pnpm/reflect-metadata@0.2.2/node_modules/reflect-metadata/Reflect.js";
const ON = '{ "compilerOptions": { "emitDecoratorMetadata": true } }';
const OFF = '{ "compilerOptions": { "emitDecoratorMetadata": false } }';

test.each<[string, boolean, Readonly<Record<string, string>>]>([
  ["asks for them itself", true, { "tsconfig.json": `// mine\n${ON}` }],
  ["extends one that does", true, { "tsconfig.json": '{ "extends": "./base" }', "base.json": ON }],
  [
    "extends one of a package that does",
    true,
    { "tsconfig.json": '{ "extends": "@acme/config" }', "node_modules/@acme/config/tsconfig.json": ON },
  ],
  [
    "extends several, of which the last decides",
    false,
    { "tsconfig.json": '{ "extends": ["./on.json", "./off.json"] }', "on.json": ON, "off.json": OFF },
  ],
  [
    "does without what it extends",
    false,
    { "tsconfig.json": OFF.replace("{", '{ "extends": "./on.json",'), "on.json": ON },
  ],
  ["extends itself", false, { "tsconfig.json": '{ "extends": "./tsconfig.json" }' }],
  ["does not ask", false, { "tsconfig.json": "{}" }],
])("a project is warned of missing types of decorators where its tsconfig %s: %s", (_what, isWarned, files) => {
  write(files);
  const warning = decoratorMetadataWarning(join(folder, "src/server.ts"), [READER]);
  expect(warning !== undefined).toBe(isWarned);
  // Nobody reads the types, or tsc wrote them.
  expect(decoratorMetadataWarning(join(folder, "src/server.ts"), ["src/server.ts"])).toBeUndefined();
  expect(decoratorMetadataWarning(join(folder, "src/server.js"), [READER])).toBeUndefined();
});

test("build has the warning", async () => {
  write({
    "tsconfig.json": ON,
    "server.ts": 'import "reflect-metadata";\nexport default { fetch: async () => new Response() };',
    "node_modules/reflect-metadata/package.json": '{ "name": "reflect-metadata", "version": "0.2.2" }',
    "node_modules/reflect-metadata/index.js": "globalThis.reflected = true;",
  });
  const { warnings } = await buildTarget({
    platform: "gcp",
    entry: join(folder, "server.ts"),
    outDir: join(folder, "out"),
  });
  expect(warnings).toEqual([
    expect.stringMatching(/tsconfig\.json has emitDecoratorMetadata, .* compile with tsc and/),
  ]);
});
