import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, expect, test } from "vitest";

const TOOL = new URL("../../cli/release/tool.ts", import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), "tool-"));
afterAll(() => rmSync(folder, { recursive: true }));

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
});

/** Has a tool's output read in a process of its own, and settles with what the tool printed, or why it did not. */
async function look(...args: readonly string[]): Promise<string> {
  const script = `
    import { createTools } from ${JSON.stringify(TOOL)};
    const tools = createTools({ folder: ".", dryRun: false, print: () => {} });
    const [program, ...args] = ${JSON.stringify(args)};
    console.log(JSON.stringify(await tools.look({ program, args }, "").catch((error) => error.message)));`;
  const flags = ["--conditions=@mcp-anycloud/source", "--input-type=module", "--eval", script];
  // The input of the process stays open, as a terminal does.
  const started = spawn(process.execPath, flags, { stdio: ["pipe", "pipe", "inherit"] });
  child = started;
  const [said] = await once(createInterface({ input: started.stdout }), "line", {
    signal: AbortSignal.timeout(20_000),
  });
  return JSON.parse(said);
}

test("a command whose output is read has no input, where it could ask what nobody sees", async () => {
  expect(await look("cat")).toBe("");
});

/** A tool that signals the process that runs it, as a pipeline does, and makes a file where the signal comes back to it. */
const cancelled = (signal: string, marker: string, exitCode = 0): string[] => [
  "sh",
  "-c",
  `trap 'touch ${marker}; exit ${exitCode}' INT TERM; kill -${signal} $PPID; for i in $(seq 20); do sleep 0.05; done`,
];
const INTERRUPTED = / was interrupted: run the same mcp-anycloud command again to go on\.$/;

test.each([
  ["ends in order", 0],
  ["fails for it", 143],
])("that a pipeline is cancelled is told to the tool, which %s, and nothing follows it", async (_how, exitCode) => {
  const marker = join(folder, `told-${exitCode}`);
  expect(await look(...cancelled("TERM", marker, exitCode))).toMatch(INTERRUPTED);
  expect(existsSync(marker)).toBe(true);
});

test("Ctrl-C, which a terminal sends to the tool itself, is not told it a second time", async () => {
  const marker = join(folder, "told-twice");
  expect(await look(...cancelled("INT", marker))).toMatch(INTERRUPTED);
  expect(existsSync(marker)).toBe(false);
});
