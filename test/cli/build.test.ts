import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_IMAGE } from "../../cli/build/artefact/dockerfile.ts";
import { createProject, greeter, ROOT } from "./project.ts";
import { runCli } from "./run-cli.ts";

const run = promisify(execFile);
const project = createProject({ "src/server.ts": greeter("Hello") });
afterAll(() => project.remove());

const LICENSES = "THIRD-PARTY-LICENSES.txt";
const AWS_FILES = ["aws-client.cjs", "aws-credentials.cjs"];
const REDIS = "redis.cjs";
const PARTS = ["sdk-entry.mjs", "sessions.mjs"];
const BUNDLES = ["index.mjs", "json-schema-validator.cjs", "jwt-verifier.cjs"];

/** Every file below a folder, with forward slashes, sorted. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries
    .filter((entry) => statSync(join(folder, entry)).isFile())
    .map((entry) => entry.replaceAll("\\", "/"))
    .sort();
}

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(project.folder, ...path), "utf8"));

describe("mcp-anycloud build", () => {
  let printed = "";
  beforeAll(async () => {
    const { code, stdout, stderr } = await runCli(["build"], { cwd: project.folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    printed = stdout;
  });

  test("makes exactly the files that each platform takes, and zip files of two of them", () => {
    const files = (cloud: string): string[] => filesIn(join(project.folder, "dist", cloud));
    const zips = readdirSync(join(project.folder, "dist")).filter((name) => name.endsWith(".zip"));
    expect(zips).toEqual(["aws.zip", "azure.zip"]);
    expect(files("aws")).toEqual([LICENSES, ...AWS_FILES, ...BUNDLES, REDIS, ...PARTS]);
    expect(files("aws-smoke")).toEqual([LICENSES, "index.mjs"]);
    expect(files("azure")).toEqual([
      ".funcignore",
      LICENSES,
      ...AWS_FILES,
      "azure-table.cjs",
      "host.json",
      ...BUNDLES,
      "package.json",
      REDIS,
      ...PARTS,
    ]);
    expect(files("gcp")).toEqual([
      ".gcloudignore",
      LICENSES,
      ...AWS_FILES,
      "container/Dockerfile",
      "firestore.cjs",
      ...BUNDLES,
      "package-lock.json",
      "package.json",
      REDIS,
      PARTS[0],
      "server.mjs",
      PARTS[1],
    ]);
    expect(filesIn(join(project.folder, "dist/source-maps"))).toEqual([
      "aws/index.mjs.map",
      "azure/index.mjs.map",
      "gcp/index.mjs.map",
    ]);
  });

  test("prints every file with its sizes, and how to deploy", () => {
    for (const file of filesIn(join(project.folder, "dist")).filter((name) => !name.startsWith("source-maps"))) {
      expect(printed).toMatch(new RegExp(`^dist/${file.replaceAll(".", "\\.")} +[\\d.]+ kB( +[\\d.]+ kB)?$`, "m"));
    }
    expect(printed).toContain("cd dist/azure && func azure functionapp publish <app> --no-build --javascript");
    expect(printed).toContain("gcloud run deploy mcp --source dist/gcp --function mcp --base-image nodejs24");
  });

  test("Azure's host finds the paths of the server, and the bundle", () => {
    expect(readJson("dist/azure/host.json")).toMatchObject({
      version: "2.0",
      extensions: { http: { routePrefix: "" } },
      functionTimeout: "00:10:00",
    });
    const { main, type } = readJson("dist/azure/package.json");
    expect({ main, type }).toEqual({ main: "index.mjs", type: "module" });
  });

  test("gcloud finds the function, the version of the framework that was tested, and no Dockerfile", () => {
    const { main, type, dependencies } = readJson("dist/gcp/package.json");
    const own = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const framework = "@google-cloud/functions-framework";
    expect({ main, type, dependencies }).toEqual({
      main: "index.mjs",
      type: "module",
      dependencies: { [framework]: own.devDependencies[framework] },
    });
    // With one beside the source, gcloud refuses --base-image.
    expect(existsSync(join(project.folder, "dist/gcp/Dockerfile"))).toBe(false);
  });

  test("the container runs without privileges, and everything it copies is there", () => {
    const lines = readFileSync(join(project.folder, "dist/gcp/container/Dockerfile"), "utf8").trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([`ARG NODE_IMAGE=${NODE_IMAGE}`, "FROM $NODE_IMAGE"]);
    expect(lines.indexOf("USER 1000:1000")).toBeGreaterThan(lines.findIndex((line) => line.startsWith("COPY")));
    expect(lines.at(-1)).toBe('CMD ["node", "server.mjs"]');
    const [, ...copied] = (lines.find((line) => line.startsWith("COPY")) ?? "").split(" ").slice(0, -1);
    const files = readdirSync(join(project.folder, "dist/gcp")).filter((name) => name !== "container");
    const matched = (name: string): boolean => copied.some((pattern) => matchesGlob(name, pattern));
    expect(files.filter((name) => !matched(name))).toEqual([".gcloudignore", "package-lock.json"]);
  });

  test.each([
    ["aws", ["bufferedHandler", "handler"]],
    ["azure", []],
    ["gcp", ["listen", "mcp"]],
  ])("the %s bundle loads and exports %j", async (cloud, names) => {
    // The globals that Lambda's runtime defines before it loads a function.
    const globals = "globalThis.awslambda={streamifyResponse:(f)=>f,HttpResponseStream:{from:(s)=>s}};";
    const bundle = JSON.stringify(join(project.folder, "dist", cloud, "index.mjs"));
    const script = `${globals}import(${bundle}).then((m)=>process.stdout.write("\\n"+JSON.stringify(Object.keys(m).sort())))`;
    const { stdout } = await run(process.execPath, ["-e", script]);
    expect(JSON.parse(stdout.split("\n").at(-1) ?? "")).toEqual(names);
  });

  test("the licences of what is in the bundle go with it", () => {
    const text = readFileSync(join(project.folder, "dist/aws", LICENSES), "utf8");
    expect(text).toMatch(/^@modelcontextprotocol\/server 2\.4\.0 \(Apache-2\.0\)$/m);
    expect(text).toMatch(/^aws4 \d.* \(MIT\)$/m);
    expect(text).toMatch(/^zod \d.* \(MIT\)$/m);
    expect(text).toContain("Permission is hereby granted, free of charge");
    // Packages with the same text share it.
    expect(text.match(/^@modelcontextprotocol\/server /gm)).toHaveLength(1);
  });

  test("builds the same bytes again, in another folder", async () => {
    const { code } = await runCli(["build", "--out", "again"], { cwd: project.folder });
    expect(code).toBe(0);
    for (const file of filesIn(join(project.folder, "dist"))) {
      expect(
        readFileSync(join(project.folder, "again", file)).equals(readFileSync(join(project.folder, "dist", file))),
      ).toBe(true);
    }
  });
});

test("--target builds only that cloud; other files in its folder stay, what an earlier build left does not", async () => {
  const note = project.write("out/gcp/notes.txt", "mine");
  const obsolete = project.write("out/gcp/json-schema-validator-v1.cjs", "old");
  const { code } = await runCli(["build", "--target", "gcp", "--out", "out"], { cwd: project.folder });
  expect(code).toBe(0);
  expect(readdirSync(join(project.folder, "out")).sort()).toEqual(["gcp", "source-maps"]);
  expect(readFileSync(note, "utf8")).toBe("mine");
  expect(existsSync(obsolete)).toBe(false);
});

test("the entry in package.json goes before the usual names", async () => {
  const other = createProject({
    "package.json": '{ "mcp-anycloud": { "entry": "lib/mcp.ts" } }',
    "lib/mcp.ts": greeter("Configured"),
    "server.ts": greeter("Usual"),
  });
  try {
    const { code } = await runCli(["build", "--target", "gcp"], { cwd: other.folder });
    expect(code).toBe(0);
    const bundle = readFileSync(join(other.folder, "dist/gcp/index.mjs"), "utf8");
    expect([bundle.includes("Configured"), bundle.includes("Usual")]).toEqual([true, false]);
  } finally {
    other.remove();
  }
});
