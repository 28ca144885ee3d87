import { afterAll, expect, test } from "vitest";
import { createProject } from "./project.ts";
import { runCli } from "./run-cli.ts";

const project = createProject({
  "server.ts": `import { McpServer } from "@modelcontextprotocol/server";
import { gateway } from "mcp-anycloud/sources";
function createServer() {
  return new McpServer({ name: "up", version: "1.0.0" });
}
export default gateway({ up: createServer });`,
  "empty.json": "{}",
  "cut.json": '{ "version": 1,',
});
afterAll(() => project.remove());

const check = (file: string) => runCli(["lock", "--check", "--out", file], { cwd: project.folder });

test.each(["empty.json", "cut.json"])("a file that is no lock is told from none: %s", async (file) => {
  const { code, stderr } = await check(file);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `${file} is not a lock, or damaged: restore it from version control, or run mcp-anycloud lock again.\n`,
  });
});

test("a file that is not there is told as that", async () => {
  expect((await check("none.json")).stderr).toBe("There is no lock in none.json: run mcp-anycloud lock first.\n");
});

test("a lock with a byte order mark is read", async () => {
  project.write("marked.json", '\uFEFF{"version":1,"tools":{"up__gone":"hash"}}');
  expect((await check("marked.json")).stderr).toContain("up__gone: not as in marked.json.");
});
