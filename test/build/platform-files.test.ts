import { afterAll, expect, test } from "vitest";
import { type Contents, platformFiles } from "../../cli/build/artefact/platform-files.ts";
import type { InstalledPackage } from "../../cli/build/packages/installed-package.ts";
import { publishedFiles } from "../azure/published-files.ts";
import { createProject } from "../cli/project.ts";

const project = createProject();
afterAll(() => project.remove());

const contents = (more: Partial<Contents>): Contents => ({
  bundles: ["index.mjs"],
  assets: [],
  packages: [],
  installation: undefined,
  hasTasks: false,
  ...more,
});

test("Azure gets a user's file whose name ends as that of a source map", () => {
  for (const name of ["world.map", "index.mjs.map", "index.mjs"]) project.write(`azure/${name}`, "");
  project.write("azure/.funcignore", platformFiles("azure", contents({}))[".funcignore"] ?? "");
  expect(publishedFiles(`${project.folder}/azure`)).toEqual(["index.mjs", "world.map"]);
});

test("gcloud leaves out the packages of the artefact, and none that lies further down", () => {
  const packages: InstalledPackage[] = [{ name: "sharp", folder: "/sharp", manifest: { version: "1.0.0" } }];
  expect(platformFiles("gcp", contents({ packages }))[".gcloudignore"]?.split("\n")).toContain("/node_modules/");
});

test("gcloud leaves out nothing of a user's, wherever it lies", () => {
  expect(platformFiles("gcp", contents({}))[".gcloudignore"]).toBe("/container/Dockerfile\n/index.mjs.map\n");
});

test("a container copies files whose names hold what COPY reads otherwise", () => {
  const assets = ["[lang]/a.txt", "$page.html", "plain.txt", "what?/b.txt"];
  const copied = platformFiles("container", contents({ assets })).Dockerfile?.match(/^COPY \[.*$/gm);
  expect(copied?.map((line) => JSON.parse(line.slice("COPY ".length)))).toEqual([
    ["[[]lang]/", "./[lang]/"],
    [String.raw`\$page.html`, String.raw`./\$page.html`],
    ["plain.txt", "./plain.txt"],
    ["what[?]/", "./what?/"],
  ]);
});
