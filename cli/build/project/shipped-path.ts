import { relative, sep } from "node:path";
import { findPackageFolder, readManifest } from "./project.ts";

/**
 * Folder for what is shipped of `node_modules`. Google Cloud's buildpack empties a folder of that name beside the bundle
 * (GoogleCloudPlatform/buildpacks, cmd/nodejs/npm).
 */
export const BUNDLED = "bundled";

/**
 * The place of a source file in the artefact, as if it were shipped there: `src/server.ts` in the project, and
 * `bundled/node_modules/<name>/…` in a package, also in one that a workspace links or pnpm keeps in a store.
 */
export function shippedPath(projectFolder: string, file: string): string {
  const parts = file.split(sep);
  const packages = parts.lastIndexOf("node_modules");
  const inside = relative(projectFolder, file).split(sep);
  if (inside[0] !== ".." && !inside.includes("node_modules")) return inside.join("/");
  if (packages >= 0) return [BUNDLED, ...parts.slice(packages)].join("/");
  const folder = findPackageFolder(file);
  const name = folder && readManifest(folder).name;
  return name
    ? [BUNDLED, "node_modules", name, ...relative(folder, file).split(sep)].join("/")
    : `outside/${parts.at(-1)}`;
}
