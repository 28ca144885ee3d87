import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readText } from "../files/read-text.ts";

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/** The surroundings of a project, which decide how its files look. */
export interface Workspace {
  readonly manager: PackageManager;
  /** Path from the project's folder to the one into which this package is installed. */
  readonly toolkit: string;
  /** Root of the Git repository where the project is a folder of one; undefined where it is the root, or there is none. */
  readonly repository: string | undefined;
}

const TOOLKIT = "node_modules/mcp-anycloud";

const LOCK_FILES: Readonly<Record<string, PackageManager>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
};

/** Looks from a folder upward to the root of its repository. */
export function findWorkspace(folder: string): Workspace {
  const parents = upward(folder);
  const repository = parents.find((place) => existsSync(join(place, ".git")));
  const places = repository === undefined ? parents : parents.slice(0, parents.indexOf(repository) + 1);
  const manager = managerOf(places);
  const installed = places.find((place) => existsSync(join(place, TOOLKIT)));
  // pnpm links a package into each project that depends on it; the others install it once, at the root of the workspace.
  const root = manager === "pnpm" ? undefined : places.find(hasWorkspaces);
  const toolkit = relative(folder, join(installed ?? root ?? folder, TOOLKIT)).replaceAll("\\", "/");
  return { manager, toolkit, repository: repository === folder ? undefined : repository };
}

function upward(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upward(parent)];
}

/** The package manager of the nearest lock file, else the one that started this process, else npm. */
function managerOf(places: readonly string[]): PackageManager {
  for (const place of places) {
    const file = Object.keys(LOCK_FILES).find((name) => existsSync(join(place, name)));
    if (file !== undefined) return LOCK_FILES[file] ?? "npm";
  }
  const [, running = "npm"] = /^(npm|pnpm|yarn|bun)\//.exec(process.env.npm_config_user_agent ?? "") ?? [];
  return running as PackageManager;
}

function hasWorkspaces(folder: string): boolean {
  try {
    return "workspaces" in JSON.parse(readText(join(folder, "package.json")));
  } catch {
    return false;
  }
}
