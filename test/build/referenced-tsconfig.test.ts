import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { bundleOptions } from "../../cli/build/bundle-options.ts";
import { referencedTsConfig } from "../../cli/build/project/referenced-tsconfig.ts";
import { createProject } from "../cli/project.ts";

const project = createProject({
  "tsconfig.json":
    '\uFEFF{ // a solution\n "files": [], "references": [{ "path": "./tools" }, { "path": "./tsconfig.app.json" },], }',
  "tools/tsconfig.json": "{}",
  "tsconfig.app.json": '{ "compilerOptions": { "composite": true, "paths": { "@app/*": ["./src/app/*"] } } }',
  "src/server.ts": 'import { name } from "@app/name";\nexport default name;',
  "src/app/name.ts": 'export const name = "aliased";',
  "plain/tsconfig.json": '{ "references": [{ "path": "../tools" }], "include": ["*.ts"] }',
  "broken/tsconfig.json": "{",
});
afterAll(() => project.remove());

test("aliases of a project that a solution refers to are followed", async () => {
  const entry = `${project.folder}/src/server.ts`;
  expect(referencedTsConfig(entry)).toBe(`${project.folder}/tsconfig.app.json`);
  const settings = { folder: project.folder, assets: [], external: [], manifest: {} };
  const source = `export { default } from ${JSON.stringify(entry)};`;
  const rest = { outDir: project.folder, sourceMap: false, project: settings, packages: new Map() } as const;
  const { outputFiles } = await build(bundleOptions({ entry, source, ...rest }));
  expect(outputFiles[0]?.text).toContain("aliased");
});

test.each(["plain", "broken"])("a tsconfig.json that is %s is the bundler's own", (folder) => {
  expect(referencedTsConfig(`${project.folder}/${folder}/server.ts`)).toBeUndefined();
});
