import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const TOOL = new URL("../../cli/release/tool.ts", import.meta.url).href;

test("a command whose output is read has no input, where it could ask what nobody sees", async () => {
  const script = `
    import { createTools } from ${JSON.stringify(TOOL)};
    const tools = createTools({ folder: ".", dryRun: false, print: () => {} });
    const cat = { program: "cat", args: [] };
    console.log(JSON.stringify(await tools.look(cat, "")));`;
  const flags = ["--conditions=@mcp-anycloud/source", "--input-type=module", "--eval", script];
  // The input of the process stays open, as a terminal does.
  const child = spawn(process.execPath, flags, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), "line", {
      signal: AbortSignal.timeout(20_000),
    });
    expect(line).toBe('""');
  } finally {
    child.kill();
  }
});
