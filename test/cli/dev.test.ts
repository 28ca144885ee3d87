import { readdirSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { createDevRuns, greet, processesOfGroup } from "./dev-runs.ts";
import { greeter } from "./project.ts";

const { project, start, end } = createDevRuns();
afterEach(end);

/** Asks until the answer is the wanted one; the test's own time limit ends a vain wait. */
async function untilAnswered(url: string, wanted: string): Promise<void> {
  while ((await greet(url)) !== wanted) await new Promise((resolve) => setTimeout(resolve, 100));
}

test("serves through the three ingresses, calls a tool through each, and leaves nothing behind", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const scratch = project({});
  const cli = start(["--call", 'greet={"name":"Ada"}'], { cwd: folder, environment: { TMPDIR: scratch.folder } });
  for (const [cloud, imitated] of [
    ["aws", "API Gateway"],
    ["azure", "Azure Functions"],
    ["gcp", "Cloud Run"],
  ]) {
    await cli.printed(new RegExp(`^${cloud} +http://127\\.0\\.0\\.1:\\d+/mcp +.*${imitated}`, "m"));
    await cli.printed(new RegExp(`^${cloud} +tools/call greet answered: Hello, Ada!$`, "m"));
    await cli.printed(new RegExp(`^${cloud} +\\| POST /mcp tools/call greet → 200 ok in \\d+ ms$`, "m"));
  }
  await cli.printed(/^Serving server\.ts/m);
  const group = cli.process.pid ?? 0;
  expect(processesOfGroup(group).length).toBeGreaterThan(3);

  // Once from the terminal, and once passed on by npm.
  cli.signalGroup("SIGINT");
  cli.process.kill("SIGINT");
  expect(await cli.ended).toMatchObject({ code: 0, stderr: "" });
  expect(processesOfGroup(group)).toEqual([]);
  expect(readdirSync(scratch.folder)).toEqual(["node_modules"]);
});

test("serves the new code when a source changes, and the old code while the new one is broken", async () => {
  const { folder, write } = project({ "server.ts": greeter("Hello") });
  const cli = start(["--target", "gcp"], { cwd: folder });
  const [, url = ""] = await cli.printed(/(http:\S+)/);
  await cli.printed(/^Serving/m);
  expect(await greet(url)).toBe("Hello, Ada!");

  write("server.ts", "export default {");
  await cli.printed(/^server\.ts:1:17: .*\nThe ingresses go on with what they served before\.$/m);
  expect(await greet(url)).toBe("Hello, Ada!");

  write("server.ts", "export default { tools: [] };");
  await cli.printed(/^server\.ts: The server must be .* an object with tools\.\nThe ingresses go on/m);
  expect(await greet(url)).toBe("Hello, Ada!");

  write("server.ts", greeter("Good morning"));
  await cli.printed(/^The sources changed: the ingresses serve the new code\.$/m);
  await untilAnswered(url, "Good morning, Ada!");

  cli.process.kill("SIGTERM");
  expect(await cli.ended).toMatchObject({ code: 0, stderr: "" });
});

test("passes MCP_ variables and --env on, and nothing else", async () => {
  const told = `${["MCP_GREETING", "NAME", "SECRET"].map((name) => `\${process.env.${name}}`).join(" ")}`;
  const { folder } = project({ "server.ts": greeter(told) });
  const cli = start(["--target", "azure", "--env", "NAME=Grace", "--call", 'greet={"name":"Ada"}'], {
    cwd: folder,
    environment: { MCP_GREETING: "Ahoy", SECRET: "hush" },
  });
  await cli.printed(/^azure +tools\/call greet answered: Ahoy Grace undefined, Ada!$/m);
});

test("the path of the endpoint is in the table", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const cli = start(["--target", "gcp", "--env", "MCP_ANYCLOUD_PATH=/tools/mcp"], { cwd: folder });
  const [, url = ""] = await cli.printed(/(http:\S+\/tools\/mcp) /);
  expect(await greet(url)).toBe("Hello, Ada!");
});

test("a first call that fails is told, and the ingresses stay open", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const cli = start(["--target", "gcp", "--call", "wave"], { cwd: folder });
  await cli.printed(/^gcp +tools\/call wave failed: .*wave/m);
  const [, url = ""] = await cli.printed(/(http:\S+)/);
  expect(await greet(url)).toBe("Hello, Ada!");
});

test("--amnesia serves every request from a fresh process", async () => {
  const { folder } = project({ "server.ts": greeter(`\${process.pid}`) });
  const cli = start(["--target", "gcp", "--amnesia"], { cwd: folder });
  const [, url = ""] = await cli.printed(/(http:\S+)/);
  expect(new Set([await greet(url), await greet(url), await greet(url)]).size).toBe(3);
});

test("ends with the shell that npm started it in", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const scratch = project({});
  const environment = { npm_lifecycle_event: "start", TMPDIR: scratch.folder };
  const cli = start(["--target", "gcp"], { cwd: folder, environment, shell: true });
  await cli.printed(/^Serving/m);
  const group = cli.process.pid ?? 0;
  expect(processesOfGroup(group).length).toBeGreaterThan(2);
  // The shell alone.
  cli.process.kill("SIGKILL");
  await cli.ended;
  expect(processesOfGroup(group)).toEqual([]);
  expect(readdirSync(scratch.folder)).toEqual(["node_modules"]);
});

test("a second request to stop ends it at once, and leaves no artefacts behind", async () => {
  const { folder } = project({ "server.ts": greeter("Hello") });
  const scratch = project({});
  const cli = start(["--target", "gcp"], { cwd: folder, environment: { TMPDIR: scratch.folder } });
  await cli.printed(/^Serving/m);
  // It cannot react to SIGTERM, and would be given Cloud Run's 10 s of grace.
  const [instance] = processesOfGroup(cli.process.pid ?? 0).filter(({ command }) => command.includes("server.mjs"));
  if (!instance) throw new Error("There is no instance.");
  process.kill(instance.id, "SIGSTOP");
  try {
    cli.process.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    cli.process.kill("SIGTERM");
    expect(await cli.ended).toMatchObject({ code: 130 });
    expect(readdirSync(scratch.folder)).toEqual(["node_modules"]);
  } finally {
    // Its preload guard ends it.
    process.kill(instance.id, "SIGCONT");
  }
});
