import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The clouds that there is a module for, each in its folder of `templates/`. */
export const CLOUDS = ["aws", "azure", "gcp"] as const;
export type Cloud = (typeof CLOUDS)[number];

/** Modules that run the image of `build --target container`. */
export const CONTAINER_MODULES = ["aws-ecs", "azure-container-apps"] as const;
export type ContainerModule = (typeof CONTAINER_MODULES)[number];

export type Module = Cloud | ContainerModule;
export const MODULES: readonly Module[] = [...CLOUDS, ...CONTAINER_MODULES];

/** The folder of a module itself, which nothing is written into. */
export const templateFolder = (module: Module): string => join(root, "templates", module);

export interface WorkingCopy {
  /** The copied module. */
  readonly folder: string;
  /** A folder beside it, for what must not lie in the module. */
  readonly scratch: string;
  remove(): void;
}

/**
 * A copy of a module in a temporary folder, with a `dist/aws.zip` in it and where its examples look for it, which always
 * holds the same, whether or not anything has been built.
 */
export function copyTemplate(module: string): WorkingCopy {
  const base = mkdtempSync(join(tmpdir(), "mcp-anycloud-template-"));
  const folder = join(base, "templates", "copy");
  cpSync(module, folder, { recursive: true, filter: (path) => !/\.terraform|\.tfstate/.test(path) });
  for (const place of [base, folder]) {
    mkdirSync(join(place, "dist"), { recursive: true });
    cpSync(join(templateFolder("aws"), "key-rotation.zip"), join(place, "dist/aws.zip"));
  }
  const scratch = join(base, "scratch");
  mkdirSync(scratch);
  return { folder, scratch, remove: () => rmSync(base, { recursive: true, force: true }) };
}
