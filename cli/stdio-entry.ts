import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { replaceFile } from "./files/replace-file.ts";
import { usage } from "./flags.ts";

/** Words, parts of which may be in quotes. */
const WORD = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
const VARIABLE = /^([A-Za-z_]\w*)=(.*)$/s;

/**
 * The module of a server that is a desktop server's package and nothing else: `--stdio "<package> <arguments>"`, with its
 * variables before it, as in a shell. Throws USAGE.
 */
export function stdioModule(command: string): string {
  const words = (command.match(WORD) ?? []).map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
  const start = words.findIndex((word) => !VARIABLE.test(word));
  const [name, ...args] = start < 0 ? [] : words.slice(start);
  const variables = words.slice(0, Math.max(start, 0)).map((word) => VARIABLE.exec(word)?.slice(1) ?? []);
  if (name === undefined || name.startsWith("-")) {
    throw usage(
      // A variable before it may be a secret.
      "--stdio names no package",
      'give a package and its arguments, as in --stdio "@modelcontextprotocol/server-filesystem /data"',
    );
  }
  const options = variables.length > 0 ? `, { env: ${JSON.stringify(Object.fromEntries(variables))} }` : "";
  const call = `stdio(${JSON.stringify(name)}, ${JSON.stringify(args)}${options})`;
  return `import { stdio } from "mcp-anycloud/sources";\n\nexport default ${call};\n`;
}

/**
 * Writes that module among the project's packages, which nobody commits; each command has its own, because two may run at a
 * time. Returns its path. Throws USAGE, or BUILD_FAILED where it cannot be written.
 */
export async function writeStdioEntry(command: string): Promise<string> {
  const module = stdioModule(command);
  const name = createHash("sha256").update(module).digest("hex").slice(0, 12);
  const entry = resolve("node_modules/.mcp-anycloud/stdio", name, "server.mjs");
  await replaceFile(entry, module);
  return entry;
}
