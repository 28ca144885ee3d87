import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { thirdPartyLicenses } from "../../cli/build/artefact/third-party-licenses.ts";
import { createProject } from "../cli/project.ts";

const project = createProject();
afterAll(() => project.remove());

test("a folder named as a licence is not read as one", () => {
  const folder = join(project.folder, "packages/node_modules/paper");
  mkdirSync(join(folder, "LICENSE"), { recursive: true });
  project.write("packages/node_modules/paper/package.json", '{"name":"paper","version":"1.0.0","license":"MIT"}');
  project.write("packages/node_modules/paper/license.md", "Do as you like.");
  const text = thirdPartyLicenses([join(folder, "index.js")]);
  expect(text).toContain("paper 1.0.0 (MIT)\n-----------------\nDo as you like.");
});

const texts = (name: string, files: Readonly<Record<string, string>>): string => {
  for (const [file, text] of Object.entries(files)) project.write(`packages/node_modules/${name}/${file}`, text);
  return thirdPartyLicenses([join(project.folder, "packages/node_modules", name, "lib/index.js")]);
};

test("all terms of a package are in, whatever their files are called, and no code", () => {
  const files = {
    "LICENSE-MIT": "MIT\r\n",
    "license_cc0.txt": "CC0",
    NOTICE: "By Ada.",
    "license.js": "exports.x = 1;",
  };
  const text = texts("two", {
    "package.json": '{"name":"two","version":"1.0.0","license":"MIT OR CC0-1.0"}',
    ...files,
  });
  expect(text).toContain("two 1.0.0 (MIT OR CC0-1.0)\n--------------------------\nMIT\n\nBy Ada.\n\nCC0\n");
  expect(text).not.toContain("exports");
});

test.each([
  ["begins with a byte order mark", '\uFEFF{"name":"old","version":"1.0.0","license":"MIT"}', "old 1.0.0 (MIT)"],
  ["has the licence as an object", '{"name":"old","version":"1.0.0","license":{"type":"BSD"}}', "old 1.0.0 (BSD)"],
  ["names nothing", "{}", "old of no version (no licence named)"],
])("a package.json that %s is read", (_what, manifest, title) => {
  expect(texts("old", { "package.json": manifest })).toContain(title);
});

test("a module that lies in node_modules itself is no package", () => {
  const file = project.write("packages/node_modules/single.js", "");
  expect(thirdPartyLicenses([file])).toBe("Packages in this bundle and their licenses.");
});
