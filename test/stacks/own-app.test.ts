import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { findMoto, startMotoServer } from "../store/engines.ts";

const OWN_APP = fileURLToPath(new URL("../../examples/own-cdk-app/app.ts", import.meta.url));
const THIS_APP = fileURLToPath(new URL("../../stacks/app.ts", import.meta.url));
const CDK = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");

/** The most that one `cdk` takes on a slow machine, in milliseconds. */
const CDK_MS = 140_000;
vi.setConfig({ testTimeout: 2 * CDK_MS + 20_000 });

const folder = mkdtempSync(join(tmpdir(), "mcp-anycloud-own-app-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `cdk` from a project that has no artefact, unless a test builds one. */
function cdk(app: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = [CDK, ...args, "--app", `node --conditions=@mcp-anycloud/source ${app}`, "--no-notices"];
  const own = {
    PATH: [dirname(process.execPath), process.env.PATH].join(":"),
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    ...env,
  };
  const options = { cwd: folder, env: own, timeout: CDK_MS };
  return new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(process.execPath, command, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
    });
  });
}

const FRAME = /^ +at .*:\d+:\d+/m;

test("without an answer to who may call, nothing is synthesized and one sentence says why", async () => {
  const { code, output } = await cdk(THIS_APP, ["synth", "--quiet"]);
  expect(code).toBe(1);
  expect(output).toContain("auth: say which: --context auth=public, --context auth=iam.");
  expect(output).not.toMatch(FRAME);
});

test("without a build, an own app is listed, but not synthesized", async () => {
  expect(await cdk(OWN_APP, ["list"])).toMatchObject({ code: 0 });
  const { code, output } = await cdk(OWN_APP, ["synth", "--quiet"]);
  expect(code).toBe(1);
  expect(output).toContain("artefact: there is no dist/aws/index.mjs: run `mcp-anycloud build --target aws` first.");
  expect(output).not.toMatch(FRAME);
});

test("an account is bootstrapped before anything is chosen or built", async ({ skip }) => {
  const program = findMoto();
  if (!program) return skip("moto_server is not installed; pip install 'moto[server]' brings it");
  const moto = await startMotoServer(program);
  try {
    const env = {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "LOCAL",
      AWS_SECRET_ACCESS_KEY: "local",
    };
    for (const app of [THIS_APP, OWN_APP]) {
      const { code, output } = await cdk(app, ["bootstrap"], env);
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("bootstrapped") });
    }
  } finally {
    await moto.close();
  }
});

test("after a build, an own app is synthesized from its own folder, beside the stacks that it has", async () => {
  mkdirSync(join(folder, "dist/aws"), { recursive: true });
  writeFileSync(join(folder, "dist/aws/index.mjs"), "// built\n");
  const { code, output } = await cdk(OWN_APP, ["synth", "--quiet", "--output", "made"]);
  expect({ code, output }).toMatchObject({ code: 0 });
  const made = readdirSync(join(folder, "made")).filter((file) => file.endsWith(".template.json"));
  expect(made.sort()).toEqual(["Notes", "Operations", "Tools"].map((name) => `${name}.template.json`));
});
