import { utimesSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { runSmoke } from "../../cli/smoke/run-smoke.ts";
import { START_EMULATOR } from "../../cli/start-emulator.ts";
import { createProject } from "./project.ts";
import { runCli } from "./run-cli.ts";

/** A server without tools, that needs a variable. */
const server = (argument: string): string => `
import { McpServer } from "@modelcontextprotocol/server";
import { defineServer } from "mcp-anycloud";
import { z } from "zod";
if (!process.env.PRESS) throw new Error("PRESS is missing");
export default defineServer({
  createServer() {
    const server = new McpServer({ name: "letters", version: "1.0.0" });
    const argsSchema = z.object({ to: ${argument} });
    server.registerPrompt("letter", { argsSchema }, () => ({ messages: [] }));
    return server;
  },
});`;
const project = createProject({ ".env": "PRESS=on\n" });
afterAll(() => project.remove());

const run = (...args: string[]) => runCli(args, { cwd: project.folder });

test("what was built last is started with its variables, and a prompt's argument that is required now is told", async () => {
  project.write("server.ts", server("z.string().optional()"));
  expect(await run("build", "--target", "container", "--out", "live")).toMatchObject({ code: 0 });
  project.write("server.ts", server("z.string()"));
  expect(await run("build", "--target", "container")).toMatchObject({ code: 0 });
  // An older artefact must not be taken.
  utimesSync(project.write("dist/aws/index.mjs", "throw new Error()"), 1, 1);
  const artefact = `${project.folder}/live/container`;
  const live = await START_EMULATOR.container({ artefact, port: 0, environment: { PRESS: "on" } });
  try {
    const { code, stdout, stderr } = await run("diff", `${live.url}/mcp`, "--json");
    expect(stderr).toContain("breaks clients: prompt letter: argument to is required now\n");
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: "INSTANCE_FAILED" } });
    expect(code).toBe(1);
    const { steps } = await runSmoke({ url: `${live.url}/mcp` });
    expect(steps.map(({ outcome }) => outcome)).toContain("0 tools");
  } finally {
    await live.close();
  }
});
