import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as SdkV1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SdkV1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packPackage } from "../installed-package.ts";
import { findTerraform, NO_TERRAFORM, terraformIn } from "../templates/run/terraform.ts";
import { startStubProviders } from "../templates/stub/reattached.ts";
import { createNewcomerProject, type NewcomerProject } from "./newcomer-project.ts";

const SLOW = { timeout: 900_000 };
const CALL = { name: "greet", arguments: { name: "Ada" } };
const ANSWER = [{ type: "text", text: "Hello, Ada!" }];

let work: string;
let tarball: string;
beforeAll(async () => {
  work = realpathSync(mkdtempSync(join(tmpdir(), "newcomer-")));
  tarball = await packPackage(work);
}, 300_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Connects a real client of each SDK, and calls the tool. */
async function callWithBoth(url: URL): Promise<void> {
  const me = { name: "newcomer", version: "1.0.0" };
  const modern = new Client(me, { versionNegotiation: { mode: "auto" } });
  await modern.connect(new StreamableHTTPClientTransport(url));
  expect((await modern.callTool(CALL)).content).toEqual(ANSWER);
  await modern.close();
  const legacy = new SdkV1Client(me);
  await legacy.connect(new SdkV1Transport(url) as Parameters<typeof legacy.connect>[0]);
  expect((await legacy.callTool(CALL)).content).toEqual(ANSWER);
  await legacy.close();
}

describe.for([
  { manager: "npm", node: "24.21.0", pnpm: "10.34.9" },
  { manager: "pnpm", node: "22.23.3", pnpm: "10.34.9" },
] as const)("a newcomer with $manager and Node.js $node", SLOW, (tools) => {
  const { manager } = tools;
  const exec = manager === "npm" ? "npx" : "pnpm exec";
  let project: NewcomerProject;

  beforeAll(async () => {
    project = await createNewcomerProject(work, tarball, tools);
    const add = manager === "npm" ? "npm install --no-audit --no-fund" : "pnpm add";
    await project.run(`${add} ./mcp-anycloud.tgz`);
    const made = await project.run(`${exec} mcp-anycloud init --yes --name notes`);
    expect(made).toContain(`${manager} run dev`);
    await project.run(manager === "npm" ? "npm install --no-audit --no-fund" : "pnpm install");
  }, 900_000);

  test("has the Node.js that the test says", async () => {
    expect(await project.run("node --version")).toBe(`v${tools.node}\n`);
  });

  test("sees the types checked and the project's own test pass", async () => {
    expect(await project.run(`${manager} test`)).toMatch(/^. pass 1$/m);
  });

  test("serves, and clients of both SDKs call the tool through each ingress", async () => {
    const dev = project.start(`${exec} mcp-anycloud dev --port 0`);
    try {
      const output = await dev.printed(/Ctrl-C stops/);
      const urls = [...output.matchAll(/^(?:aws|azure|gcp) +(http:\S+)/gm)].map(([, url = ""]) => new URL(url));
      expect(urls).toHaveLength(3);
      for (const url of urls) await callWithBoth(url);
    } finally {
      await dev.stop();
    }
  });

  test("builds, and synthesizes the CDK app", async () => {
    await project.run(`${manager} run build`);
    for (const file of ["dist/aws/index.mjs", "dist/aws.zip", "dist/azure/package.json", "dist/gcp/package.json"])
      expect(existsSync(join(project.folder, file)), file).toBe(true);
    await project.run(`${exec} cdk synth --quiet --no-notices`);
    expect(readFileSync(join(project.folder, "cdk.out/notes.template.json"), "utf8")).toContain(
      "AWS::Lambda::Function",
    );
  });

  test.for(["azure", "gcp"])("validates the Terraform root for %s", async (cloud, { skip }) => {
    const program = findTerraform();
    if (!program) return skip(NO_TERRAFORM);
    const stubs = await startStubProviders();
    try {
      const folder = join(project.folder, "infra", cloud);
      const terraform = terraformIn(program, folder, join(work, "scratch"), stubs.variable);
      for (const command of ["init -backend=false", "validate"]) {
        const { code, output } = await terraform(...command.split(" "), "-no-color");
        expect({ command, code, output }).toMatchObject({ code: 0 });
      }
    } finally {
      stubs.close();
    }
  });

  test.for([
    ["of SDK v1", ["--sdk", "v1"], '{ "private": true, "type": "module" }'],
    ["in a CommonJS package", [], '{ "private": true, "type": "commonjs" }'],
  ] as const)("gets right types for a project %s", async ([, args, manifest]) => {
    const other = join(project.folder, "other");
    await project.run(`mkdir -p other && cp mcp-anycloud.tgz other`);
    writeFileSync(join(other, "package.json"), manifest);
    try {
      const add = manager === "npm" ? "npm install --no-audit --no-fund" : "pnpm add --ignore-workspace";
      await project.run(
        `cd other && ${add} ./mcp-anycloud.tgz && ${exec} mcp-anycloud init --yes --name other ${args.join(" ")}`,
      );
      await project.run(`cd other && ${manager} install ${manager === "npm" ? "--no-audit" : "--ignore-workspace"}`);
      expect(await project.run(`cd other && ${manager} test`)).toMatch(/^. pass 1$/m);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
