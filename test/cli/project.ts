import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of this repository. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** A user's project in a folder of its own, with this repository's packages installed. */
export interface Project {
  readonly folder: string;
  /** Writes a file and tells where it is. */
  write(name: string, text: string): string;
  remove(): void;
}

export function createProject(files: Readonly<Record<string, string>> = {}): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cli-test-")));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const project: Project = {
    folder,
    write(name, text) {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  for (const [name, text] of Object.entries(files)) project.write(name, text);
  return project;
}

/** A server with one tool, `greet`, which answers with `greeting`. */
export const greeter = (greeting: string): string => `
import { McpServer } from "@modelcontextprotocol/server";
import { defineServer } from "mcp-anycloud";
import { z } from "zod";

const inputSchema = z.object({ name: z.string().min(2) });
export default defineServer({
  createServer() {
    const server = new McpServer({ name: "greeter", version: "1.0.0" });
    server.registerTool("greet", { description: "Greets", inputSchema }, ({ name }) => ({
      content: [{ type: "text", text: \`${greeting}, \${name}!\` }],
    }));
    return server;
  },
});
`;
