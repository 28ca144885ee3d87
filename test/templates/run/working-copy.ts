import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The clouds that there is a module for, each in its folder of `templates/`. */
export const CLOUDS = ["aws", "azure", "gcp"] as const;
export type Cloud = (typeof CLOUDS)[number];

/** The folder of a module itself, which nothing is written into. */
export const templateFolder = (cloud: Cloud): string => join(root, "templates", cloud);

export interface WorkingCopy {
  /** The copied module. */
  readonly folder: string;
  /** A folder beside it, for what must not lie in the module. */
  readonly scratch: string;
  remove(): void;
}

/**
 * A copy of a module in a temporary folder, with what it refers to by relative paths: the repository's `stacks/`, and
 * a `dist/<cloud>` that always holds the same two files, whether or not anything has been built.
 */
export function copyTemplate(module: string): WorkingCopy {
  const base = mkdtempSync(join(tmpdir(), "mcp-anycloud-template-"));
  const folder = join(base, "templates", "copy");
  cpSync(module, folder, { recursive: true, filter: (path) => !/\.terraform|\.tfstate/.test(path) });
  symlinkSync(join(root, "stacks"), join(base, "stacks"));
  for (const cloud of CLOUDS) {
    mkdirSync(join(base, "dist", cloud), { recursive: true });
    writeFileSync(join(base, "dist", cloud, "index.mjs"), "export const handler = () => {};\n");
    writeFileSync(join(base, "dist", cloud, "package.json"), "{}\n");
  }
  const scratch = join(base, "scratch");
  mkdirSync(scratch);
  return { folder, scratch, remove: () => rmSync(base, { recursive: true, force: true }) };
}
