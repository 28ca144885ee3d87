import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { usage } from "./flags.ts";

/** Words, and texts in quotes. */
const WORD = /"([^"]*)"|'([^']*)'|(\S+)/g;

/**
 * Writes the module of a server that is a desktop server's package and nothing else: `--stdio "<package> <arguments>"`. It lies
 * among the project's packages, which nobody commits. Returns its path. Throws USAGE.
 */
export function writeStdioEntry(command: string): string {
  const [name, ...args] = [...command.matchAll(WORD)].map(([, double, single, word]) => double ?? single ?? word ?? "");
  if (name === undefined || name.startsWith("-")) {
    throw usage(
      `--stdio was given ${JSON.stringify(command)}`,
      'give a package and its arguments, as in --stdio "@modelcontextprotocol/server-filesystem /data"',
    );
  }
  const folder = resolve("node_modules/.mcp-anycloud/stdio");
  mkdirSync(folder, { recursive: true });
  const entry = join(folder, "server.mjs");
  const call = `stdio(${JSON.stringify(name)}, ${JSON.stringify(args)})`;
  writeFileSync(entry, `import { stdio } from "mcp-anycloud/sources";\n\nexport default ${call};\n`);
  return entry;
}
