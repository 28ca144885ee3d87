import { execFile, execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { greeter, ROOT } from "./cli/project.ts";
import { type CliResult, runCli, startCli } from "./cli/run-cli.ts";
import { type InstalledPackage, installPackage } from "./installed-package.ts";

const PROGRAM = "node_modules/mcp-anycloud/lib/cli/main.js";

let project: InstalledPackage;
let installed: string;
let program: string[];
beforeAll(async () => {
  project = await installPackage();
  installed = join(project.folder, "node_modules/mcp-anycloud");
  program = [join(installed, "lib/cli/main.js")];
}, 600_000);
afterAll(() => project.remove());

const runInstalled = (...args: readonly string[]): Promise<CliResult> => runCli(args, { cwd: project.folder, program });

test("an install takes at most 90 packages and 60 MB", () => {
  process.stdout.write(`npm install: ${project.packages.length} packages, ${project.megabytes} MB\n`);
  expect(project.packages.length).toBeLessThanOrEqual(90);
  expect(project.megabytes).toBeLessThanOrEqual(60);
});

test("everything package.json points to is there", () => {
  const { exports, bin } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const targets = Object.values<Record<string, string> | string>(exports).flatMap((target) =>
    typeof target === "string" ? [target] : [target.types, target.default],
  );
  for (const file of [...targets, bin["mcp-anycloud"]])
    expect(existsSync(join(installed, String(file))), file).toBe(true);
});

test("tests of the templates are not in it, and examples and the CDK construct's files are", () => {
  const there = (file: string): boolean => existsSync(join(installed, file));
  expect(["templates/aws/tests", "templates/azure/tests", "templates/gcp/tests", "test"].filter(there)).toEqual([]);
  const needed = [
    "examples/own-cdk-app/app.ts",
    "lib/stacks/index.js",
    "stacks/key-rotation/index.mjs",
    "stacks/not-built/index.mjs",
    "stacks/web-function/start.mjs",
    "templates/aws/examples/minimal/main.tf",
    "templates/aws/key-rotation.zip",
  ];
  expect(needed.filter((file) => !there(file))).toEqual([]);
});

test("its metadata are complete, and say where they are placeholders", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  for (const field of ["author", "bugs", "description", "homepage", "keywords", "license", "repository"])
    expect(manifest, field).toHaveProperty(field);
  const isPlaceholder = JSON.stringify([manifest.repository, manifest.bugs, manifest.homepage]).includes("/OWNER/");
  expect(Object.hasOwn(manifest, "//repository")).toBe(isPlaceholder);
  expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
});

describe("it installs beside, and builds,", () => {
  const V1 = `
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { defineServer } from "mcp-anycloud";
import { z } from "zod";

export default defineServer({
  createServer() {
    const server = new McpServer({ name: "greeter", version: "1.0.0" });
    server.registerTool("greet", { description: "Greets", inputSchema: { name: z.string() } }, ({ name }) => ({
      content: [{ type: "text", text: \`Hello, \${name}!\` }],
    }));
    return server;
  },
});
`;
  const SDK_V1 = "@modelcontextprotocol/sdk@1.32.2";
  test.for([
    ["a server of SDK v1 with zod 3", [SDK_V1, "zod@3.25.76"], V1],
    ["a server of SDK v1 with zod 4", [SDK_V1, "zod@4.6.7"], V1],
    ["a server of SDK v2 alone", ["@modelcontextprotocol/server@2.4.0", "zod@4.6.7"], greeter("Hello")],
  ] as const)("%s", { timeout: 600_000 }, async ([, packages, server]) => {
    const own = await installPackage(packages);
    try {
      writeFileSync(join(own.folder, "server.ts"), server);
      const args = ["dev", "server.ts", "--port", "0", "--call", 'greet={"name":"Ada"}'];
      const cli = startCli(args, { cwd: own.folder, program: [join(own.folder, PROGRAM)] });
      try {
        const [output] = await cli.printed(/^.*Ctrl-C stops/s);
        expect(output.match(/tools\/call greet answered: Hello, Ada!/g)).toHaveLength(3);
      } finally {
        cli.signalGroup("SIGINT");
        expect((await cli.ended).code).toBe(0);
      }
    } finally {
      own.remove();
    }
  });
});

test("npm leaves out what Terraform left in the templates: a state has keys in it", () => {
  const folder = mkdtempSync(join(tmpdir(), "packed-templates-"));
  try {
    const azure = join(folder, "templates/azure");
    mkdirSync(join(azure, ".terraform/providers"), { recursive: true });
    copyFileSync(join(ROOT, "package.json"), join(folder, "package.json"));
    const kept = ["main.tf", "README.md"];
    const left = [
      ".terraform.lock.hcl",
      ".terraform/providers/one",
      "shared.auto.tfvars",
      "terraform.tfstate",
      "terraform.tfstate.1.backup",
      "terraform.tfvars",
    ];
    for (const file of [...kept, ...left]) writeFileSync(join(azure, file), "");
    const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
    const templates = files.map(({ path }) => path).filter((path) => path.startsWith("templates/"));
    expect(templates.sort()).toEqual(kept.map((file) => `templates/azure/${file}`).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("it builds a user's server, with the exact version of the framework that Google's buildpacks install", async () => {
  const { code, stderr } = await runInstalled("build", "server.ts");
  expect([code, stderr]).toEqual([0, ""]);
  const dist = join(project.folder, "dist");
  expect(readdirSync(dist).sort()).toEqual(expect.arrayContaining(["aws", "azure", "gcp"]));
  const { dependencies } = JSON.parse(readFileSync(join(dist, "gcp/package.json"), "utf8"));
  expect(dependencies).toEqual({ "@google-cloud/functions-framework": expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});

test("it serves a user's server through all three ingresses", async () => {
  const call = 'greet={"name":"Ada"}';
  const cli = startCli(["dev", "server.ts", "--port", "0", "--call", call], { cwd: project.folder, program });
  try {
    const [output] = await cli.printed(/^.*Ctrl-C stops/s);
    expect(output.match(/tools\/call greet answered: Hello, Ada!/g)).toHaveLength(3);
  } finally {
    cli.signalGroup("SIGINT");
    expect((await cli.ended).code).toBe(0);
  }
});

describe("a package that is optional and missing is named in a sentence that says how to install it", () => {
  /** The output of a user's module. */
  async function printed(module: string): Promise<string> {
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...env } = process.env;
    const args = ["--input-type=module", "--eval", module];
    return (await promisify(execFile)(process.execPath, args, { cwd: project.folder, env })).stdout.trim();
  }

  test("cedarPolicy, when the server is built", async () => {
    const server = greeter("Hello")
      .replace(/^/, 'import { cedarPolicy } from "mcp-anycloud/cedar";\n')
      .replace("defineServer({", 'defineServer({ policy: cedarPolicy({ policies: "" }),');
    writeFileSync(join(project.folder, "with-policy.ts"), server);
    const { code, stderr } = await runInstalled("build", "with-policy.ts");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/npm install @cedar-policy\/cedar-wasm\.$/m)]);
  });

  test("cedarPolicy, when it is called", async () => {
    const module = `
      import { cedarPolicy } from "mcp-anycloud/cedar";
      try { cedarPolicy({ policies: "" }); } catch (error) { console.log(error.code, error.message); }`;
    expect(await printed(module)).toBe(
      "SERVER_INVALID cedarPolicy takes Cedar, an optional package: npm install @cedar-policy/cedar-wasm.",
    );
  });

  const LAMBDA = "Invoking mcp takes AWS's client for Lambda, an optional package: npm install @aws-sdk/client-lambda.";

  test("smoke --lambda", async () => {
    const { code, stderr } = await runInstalled("smoke", "--lambda", "mcp");
    expect([code, stderr]).toEqual([1, `${LAMBDA}\n`]);
  });

  test("mcp-anycloud/aws/invoke", async () => {
    const module = `
      import { createInvokeTransport } from "mcp-anycloud/aws/invoke";
      const transport = createInvokeTransport({ function: "mcp" });
      await transport.start();
      await transport.send({ jsonrpc: "2.0", id: 1, method: "ping" }).catch((error) => console.log(error.message));`;
    expect(await printed(module)).toBe(LAMBDA);
  });

  test("a store whose credentials the environment does not hold", async () => {
    const module = `
      import { createDynamodbStore } from "mcp-anycloud/aws/dynamodb";
      const store = createDynamodbStore({ table: "sessions", region: "eu-central-1" });
      await store.get({ partition: "p", sort: "s" }).catch((error) => console.log(error.message));`;
    expect(await printed(module)).toMatch(
      /^The environment holds no AWS credentials for the table sessions: .* npm install @aws-sdk\/credential-provider-node and build again\.$/,
    );
  });

  test("the emulated Cloud Run function", async () => {
    const module = `
      const { describeArtefact } = await import(${JSON.stringify(pathToFileURL(join(installed, "lib/emulators/gcp/artefact.js")).href)});
      const options = { artefact: "dist/gcp", form: "function", timeoutSeconds: 60, revision: 1 };
      await describeArtefact(options).catch((error) => console.log(error.message));`;
    expect(await printed(module)).toBe(
      "Running a Cloud Run function takes Google's framework, an optional package: npm install @google-cloud/functions-framework.",
    );
  });
});
