import type { ImportKind, PluginBuild } from "esbuild";
import { PACKAGE_FOLDER } from "../../package-json.ts";

/**
 * Path of an optional peer of this package: the copy of the user's project, or one beside the toolkit, which `npx` may have
 * put elsewhere. Undefined where it is not installed.
 */
export async function findPeer(
  build: PluginBuild,
  specifier: string,
  projectFolder: string,
  kind: ImportKind,
): Promise<string | undefined> {
  for (const resolveDir of [projectFolder, PACKAGE_FOLDER]) {
    const { errors, path } = await build.resolve(specifier, { kind, resolveDir });
    if (errors.length === 0) return path;
  }
  return undefined;
}
