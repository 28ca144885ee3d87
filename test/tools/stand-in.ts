import { appendFileSync, existsSync, globSync, readFileSync } from "node:fs";
import { runTool, type ToolResult } from "./run-tool.ts";

/** Runs as a tool: `stand-in.ts <name> <arguments…>`. It appends what it was called with to the file `TOOL_LOG`. */

const [name = "", ...args] = process.argv.slice(2);
const said = (stdout: string): ToolResult => ({ code: 0, stdout, stderr: "" });
const refused = (why: string): ToolResult => ({ code: 2, stdout: "", stderr: `${name}: ${why}\n` });

/** Scripts that the package.json of the current folder has, and npm's own commands. */
function npm([command = "", script = ""]: readonly string[]): ToolResult {
  if (!existsSync("package.json")) return refused("there is no package.json here.");
  if (["install", "ci"].includes(command)) return said("");
  const { scripts = {} } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts?: Record<string, string> };
  const wanted = command === "run" ? script : command;
  return scripts[wanted] ? said("") : refused(`Missing script: "${wanted}"`);
}

/** The toolkit's own command line is read by its own parser; the clouds' tools by name. */
async function npx([tool = "", ...rest]: readonly string[]): Promise<ToolResult> {
  if (tool !== "mcp-anycloud") return runTool(tool, rest);
  const { parseCommand } = await import("../../cli/command.ts");
  try {
    parseCommand(rest);
    return said("");
  } catch (error) {
    return refused((error as Error).message);
  }
}

/** Terraform works on the files of a folder, and says so where there are none. */
function terraform(args: readonly string[]): ToolResult {
  const folder = args.find((arg) => arg.startsWith("-chdir="))?.slice("-chdir=".length) ?? ".";
  return globSync("*.tf", { cwd: folder }).length > 0
    ? runTool("terraform", args)
    : refused(`there is no configuration in ${folder}.`);
}

const OWN: Readonly<Record<string, (args: readonly string[]) => ToolResult | Promise<ToolResult>>> = {
  npm,
  npx,
  terraform,
  "mcp-anycloud": (args) => npx(["mcp-anycloud", ...args]),
};

if (process.env.TOOL_LOG) appendFileSync(process.env.TOOL_LOG, `${JSON.stringify([name, ...args])}\n`);
const { code, stdout, stderr } = (await OWN[name]?.(args)) ?? runTool(name, args);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
