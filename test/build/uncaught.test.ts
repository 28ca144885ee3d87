import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createProject, greeter } from "../cli/project.ts";
import { runCli } from "../cli/run-cli.ts";

const project = createProject({
  "server.ts": `${greeter("Hello")}
if (process.env.FAIL) setTimeout(() => { throw new Error("nobody catches this"); }, 10);`,
});
afterAll(() => project.remove());

test.each([
  [
    "aws",
    'globalThis.awslambda={streamifyResponse:(f)=>f,HttpResponseStream:{from:(s)=>s}};await import("./index.mjs")',
  ],
  ["gcp", 'await import("./server.mjs")'],
])("an error that nobody catches leaves a short record on %s", async (cloud, script) => {
  expect(await runCli(["build", "--target", cloud], { cwd: project.folder })).toMatchObject({ code: 0, stderr: "" });
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: join(project.folder, "dist", cloud),
    env: { FAIL: "1", PORT: "0" },
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toContain("Error: nobody catches this");
  expect(stderr.length).toBeLessThan(4_000);
});
