import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NODE_IMAGE } from "../../cli/build/artefact/dockerfile.ts";
import { buildTarget } from "../../cli/build/build-target.ts";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";
import { type ServiceInstance, startServiceInstance } from "../../emulators/gcp/service-instance.ts";
import { findProgram } from "../support/programs.ts";
import { copyContext, readDockerfile } from "./dockerfile.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLES = [
  "THIRD-PARTY-LICENSES.txt",
  "aws-client.cjs",
  "aws-credentials.cjs",
  "firestore.cjs",
  "index.mjs",
  "json-schema-validator.cjs",
  "jwt-verifier.cjs",
  "redis.cjs",
  "sdk-entry.mjs",
  "sessions.mjs",
];
/** The files that `gcloud run deploy --source` uploads. */
const UPLOADED = [".gcloudignore", ...BUNDLES, "package-lock.json", "package.json", "server.mjs"].sort();

const work = mkdtempSync(join(tmpdir(), "deployed-folder-"));
const folder = join(work, "gcp");
/** Builds the folder, with a source map in it as on a developer's machine. */
beforeAll(() =>
  buildTarget({
    platform: "gcp",
    entry: join(ROOT, "examples/greeter/server.ts"),
    outDir: folder,
    sourceMapDir: folder,
  }),
);
afterAll(() => rmSync(work, { recursive: true }));

/** Runs a command in a folder as the platform does, and asks what comes to listen on PORT. */
async function serves(cwd: string, command: readonly string[], environment: Record<string, string>): Promise<void> {
  let instance: ServiceInstance | undefined;
  try {
    instance = await startServiceInstance({
      artefact: { folder: cwd, command, environment },
      startupMs: 60_000,
      signal: new AbortController().signal,
    });
    const url = `http://127.0.0.1:${instance.port}`;
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
    const call = { tool: "greet", arguments: { name: "Ada" } };
    expect(await runSmoke({ url: `${url}/mcp`, call })).toMatchObject({ failure: undefined });
    instance.process.kill("SIGTERM");
    expect(await instance.exited).toBe("exit code 0");
  } finally {
    await instance?.stop();
  }
}

test("as the source of a function, it starts under Google's own command line with what it declares and no more", async () => {
  const source = join(work, "source");
  for (const name of UPLOADED) cpSync(join(folder, name), join(source, name));
  const { dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const programs = Object.entries<string>(dependencies).flatMap(([name, version]) => install(source, name, version));
  // https://github.com/GoogleCloudPlatform/functions-framework-nodejs#configure-the-functions-framework
  expect(programs).toContain("functions-framework");
  await serves(source, ["node_modules/.bin/functions-framework", "--target", "mcp"], { NODE_ENV: "production" });
});

/** As `npm install --omit=dev` leaves a package: its own dependencies are found from where it really lies. */
function install(into: string, name: string, version: string): string[] {
  const installed = join(ROOT, "node_modules", name);
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  expect([name, manifest.version]).toEqual([name, version]);
  const link = (target: string, path: string): void => {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    symlinkSync(target, join(into, path));
  };
  link(installed, `node_modules/${name}`);
  const programs = Object.entries<string>(manifest.bin ?? {});
  for (const [program, path] of programs) link(join(installed, path), `node_modules/.bin/${program}`);
  return programs.map(([program]) => program);
}

test("as an image, it starts with the files that are copied into it and no others", async () => {
  const { base, environment, copied, user, run, command } = readDockerfile(join(folder, "container/Dockerfile"));
  const app = join(work, "app");
  copyContext(folder, copied, app);
  expect(readdirSync(app).sort()).toEqual([...BUNDLES, "package.json", "server.mjs"].sort());
  expect([base, user]).toEqual([NODE_IMAGE, "1000:1000"]);
  const [program, ...script] = command;
  // The Node.js of the base image, for which the one that runs the tests stands.
  expect(program).toBe("node");
  expect(process.version).toMatch(/^v24\./);
  // In the user's home, where the image's user may write.
  expect(environment.NODE_COMPILE_CACHE).toMatch(/^\/home\/node\//);
  const cache = join(work, "compile-cache");
  const inImage = { ...environment, NODE_COMPILE_CACHE: cache };
  for (const line of run) execFileSync("sh", ["-ec", line], { cwd: app, env: { ...process.env, ...inImage } });
  const env = { ...process.env, ...inImage, NODE_DEBUG_NATIVE: "COMPILE_CACHE" };
  const start = ["--input-type=module", "--eval", 'await import("./index.mjs"); process.exit()'];
  const { stderr } = spawnSync(process.execPath, start, { cwd: app, env, encoding: "utf8" });
  expect(stderr).toMatch(/V8 code cache for ESM \S+\/index\.mjs was accepted/);
  await serves(app, script, { ...inImage, K_SERVICE: "mcp" });
});

test("an image is built of a server that cannot be imported where it is built, too", () => {
  const { run } = readDockerfile(join(folder, "container/Dockerfile"));
  const app = mkdtempSync(join(work, "broken-"));
  writeFileSync(join(app, "index.mjs"), `throw new Error("no settings here");`);
  for (const line of run) execFileSync("sh", ["-ec", line], { cwd: app, stdio: "ignore" });
});

test("gcloud uploads what runs and nothing else", ({ skip }) => {
  const program = findProgram("gcloud");
  if (!program) return skip("gcloud is not installed: nothing else reads .gcloudignore as it does");
  // gcloud writes its settings to a folder of its own, in place of the developer's.
  const environment = { ...process.env, CLOUDSDK_CONFIG: join(work, "gcloud") };
  const options = { encoding: "utf8", env: environment } as const;
  // Assets of a user.
  const source = join(work, "uploaded");
  const assets = ["bundled/node_modules/maps/world.map", "container/a.txt", "pages/container/b.txt"];
  cpSync(folder, source, { recursive: true });
  for (const name of assets) {
    mkdirSync(dirname(join(source, name)), { recursive: true });
    writeFileSync(join(source, name), "");
  }
  const uploaded = execFileSync(program, ["meta", "list-files-for-upload", source], options).trimEnd().split("\n");
  expect(uploaded.sort()).toEqual([...UPLOADED, ...assets].sort());
});
