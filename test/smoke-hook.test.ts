import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, expect, test, vi } from "vitest";
import { buildSmokeHook } from "../cli/build/build-smoke-hook.ts";
import { environmentFor, fixture, type InvokedServer, startInvoked } from "./aws/invoke-server.ts";
import { ROOT } from "./cli/project.ts";

const folder = mkdtempSync(join(tmpdir(), "smoke-hook-"));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("a deployment hook bundles runSmoke into one file, without the command line, and invokes the new version", async () => {
  const outfile = join(folder, "hook.cjs");
  const { metafile } = await build({
    stdin: {
      contents: `
        import { runSmoke } from "mcp-anycloud/smoke";
        export const handler = async ({ version }) => (await runSmoke({ lambda: version })).failure ?? "Succeeded";`,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    conditions: ["@mcp-anycloud/source"],
    metafile: true,
    outfile,
    logLevel: "error",
  });
  const own = Object.keys(metafile.inputs).filter((input) => input.startsWith("cli/"));
  expect(own.filter((input) => !input.startsWith("cli/smoke/"))).toEqual([]);
  await using server = await startInvoked(fixture("conformance-server"));
  for (const [name, value] of Object.entries(environmentFor(server))) vi.stubEnv(name, value);
  const { handler } = (await import(pathToFileURL(outfile).href)).default;
  expect(await handler({ version: "mcp-anycloud:live" })).toBe("Succeeded");
  expect(await handler({ version: "mcp-anycloud:7" })).toMatch(/^Lambda has no function mcp-anycloud:7 in this region/);
});

/** Prints each report, and accepts only whole ones, as the service does (API Reference, PutLifecycleEventHookExecutionStatus). */
const CODE_DEPLOY = `
export class PutLifecycleEventHookExecutionStatusCommand { constructor(input) { this.input = input; } }
export class CodeDeployClient {
  async send({ input: { deploymentId, lifecycleEventHookExecutionId, status, ...more } }) {
    if (!deploymentId || !lifecycleEventHookExecutionId || Object.keys(more).length > 0) throw new Error("ValidationException");
    console.log(JSON.stringify([deploymentId, lifecycleEventHookExecutionId, status]));
  }
}`;

test("the hook that is built reports to CodeDeploy how the new version did", async () => {
  // As on Lambda: AWS's clients come with the runtime, and nothing else does.
  const runtime = join(folder, "node_modules/@aws-sdk");
  mkdirSync(join(runtime, "client-codedeploy"), { recursive: true });
  writeFileSync(join(runtime, "client-codedeploy/index.mjs"), CODE_DEPLOY);
  writeFileSync(join(runtime, "client-codedeploy/package.json"), '{ "main": "index.mjs" }');
  symlinkSync(join(ROOT, "node_modules/@aws-sdk/client-lambda"), join(runtime, "client-lambda"));
  const { files } = await buildSmokeHook(fixture("conformance-server"), join(folder, "aws-smoke"));
  const [bundle] = files;
  expect(bundle?.inputs.filter((input) => input.includes("@aws-sdk"))).toEqual([]);

  await using server = await startInvoked(fixture("conformance-server"));
  const event = JSON.stringify({ DeploymentId: "d-1", LifecycleEventHookExecutionId: "e-1" });
  const call = `const { handler } = await import("./aws-smoke/index.mjs"); await handler(${event});`;
  const deploy = async (candidate: string, to: InvokedServer = server) => {
    const env = {
      PATH: process.env.PATH,
      ...environmentFor(to),
      CANDIDATE: candidate,
      MCP_URL: "https://a.example/mcp",
    };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", call], {
      cwd: folder,
      env,
    });
    return { reported: JSON.parse(stdout), logged: stderr };
  };
  expect(await deploy("mcp-anycloud:live")).toEqual({ reported: ["d-1", "e-1", "Succeeded"], logged: "" });
  expect(await deploy("mcp-anycloud:7")).toEqual({
    reported: ["d-1", "e-1", "Failed"],
    logged: expect.stringMatching(/^Lambda has no function mcp-anycloud:7 in this region/),
  });
  await using late = await refusingOnce(server);
  expect(await deploy("mcp-anycloud:live", late)).toEqual({ reported: ["d-1", "e-1", "Succeeded"], logged: "" });
  expect(late.refused).toBe(1);
  await using guarded = await startInvoked(fixture("guarded-server"));
  expect(await deploy("mcp-anycloud:live", guarded)).toEqual({
    reported: ["d-1", "e-1", "Succeeded"],
    logged: expect.stringContaining("asks who is calling"),
  });
});

/** The emulated Lambda behind IAM that has not heard of the newest policy: it refuses the first request. */
async function refusingOnce(server: InvokedServer): Promise<InvokedServer & { readonly refused: number }> {
  let refused = 0;
  const iam = createServer((incoming, outgoing) => {
    if (refused === 0) {
      refused += 1;
      const head = { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" };
      outgoing.writeHead(403, head).end('{"Message":"User is not authorized to perform: lambda:InvokeFunction"}');
      return;
    }
    const { method, url = "/" } = incoming;
    const headers = { ...incoming.headers, host: new URL(server.lambdaUrl).host };
    const onward = request(new URL(url, server.lambdaUrl), { method, headers }, (answer) => {
      answer.pipe(outgoing.writeHead(answer.statusCode ?? 500, answer.headers));
    });
    incoming.pipe(onward);
  });
  await once(iam.listen(0, "127.0.0.1"), "listening");
  const { pathname } = new URL(server.lambdaUrl);
  const lambdaUrl = `http://127.0.0.1:${(iam.address() as AddressInfo).port}${pathname}`;
  return {
    ...server,
    lambdaUrl,
    get refused() {
      return refused;
    },
    async [Symbol.asyncDispose]() {
      iam.closeAllConnections();
      iam.close();
    },
  };
}
