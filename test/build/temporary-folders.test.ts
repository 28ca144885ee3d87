import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, greeter } from "../cli/project.ts";
import { runCli, startCli } from "../cli/run-cli.ts";

const project = createProject({
  "waiting.ts": `import { writeFileSync } from "node:fs";
writeFileSync("loading", "");
await new Promise((resolve) => setTimeout(resolve, 60_000));
${greeter("Late")}`,
  "ending.ts": `process.exit(3);\n${greeter("Never")}`,
  "damaged.json": "{}",
});
const TMPDIR = join(project.folder, "temporary");
const options = { cwd: project.folder, environment: { TMPDIR } };
const left = (): string[] => readdirSync(TMPDIR).filter((name) => name.startsWith("mcp-anycloud-"));

beforeAll(() => mkdirSync(TMPDIR));
afterAll(() => project.remove());

test.each([
  ["build", "SIGINT", 130],
  ["build", "SIGTERM", 143],
  ["lock", "SIGINT", 130],
  ["lock", "SIGTERM", 143],
] as const)("%s leaves no folder behind where %s ends it", async (verb, signal, code) => {
  rmSync(join(project.folder, "loading"), { force: true });
  const cli = startCli([verb, "waiting.ts", ...(verb === "build" ? ["--target", "aws"] : [])], options);
  await expect.poll(() => existsSync(join(project.folder, "loading")), { timeout: 30_000 }).toBe(true);
  expect(left()).not.toEqual([]);
  cli.process.kill(signal);
  expect(await cli.ended).toMatchObject({ code });
  expect(left()).toEqual([]);
});

test("lock leaves no folder behind where the server ends the process", async () => {
  expect(await runCli(["lock", "ending.ts"], options)).toMatchObject({ code: 3 });
  expect(left()).toEqual([]);
});
