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
