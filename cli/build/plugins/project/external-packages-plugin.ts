import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";
import { findInstalled, type InstalledPackage, isNative, packageNameOf } from "../../packages/installed-package.ts";
import { findPackageFolder, type Project, readManifest } from "../../project/project.ts";

const MISSING = "missing-package";

/**
 * Leaves packages with native code and those of "external" out of the bundle, and adds them to `found`. A package that a
 * dependency can do without, and that is not installed, becomes an error when it is reached.
 */
export function externalPackages({ external }: Project, found: Map<string, InstalledPackage>): Plugin {
  return {
    name: "external-packages",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer, resolveDir, kind, namespace }) => {
        const name = packageNameOf(path);
        if (name === undefined || namespace !== "file" || kind === "entry-point") return undefined;
        if (external.includes(name)) return { path, external: true };
        const known = findInstalled(name, resolveDir);
        if (known && isNative(known)) {
          found.set(name, known);
          return { path, external: true };
        }
        if (known || isBuiltin(name) || !/[\\/]node_modules[\\/]/.test(importer)) return undefined;
        // As Node.js does: it looks when it comes to the call, and the platform may bring the package.
        if (kind !== "import-statement") return { path, external: true };
        return isOptional(name, importer) ? { path: name, namespace: MISSING } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: MISSING }, ({ path }) => {
        const message = JSON.stringify(`Cannot find package '${path}': it was not installed when this was built.`);
        const contents = `module.exports={};throw Object.assign(new Error(${message}),{code:"MODULE_NOT_FOUND"});`;
        return { contents, loader: "js" };
      });
    },
  };
}

/** Whether the package of the importer says that it works without. */
function isOptional(name: string, importer: string): boolean {
  const manifest = readManifest(findPackageFolder(dirname(importer)) ?? dirname(importer));
  return (
    manifest.optionalDependencies?.[name] !== undefined || manifest.peerDependenciesMeta?.[name]?.optional === true
  );
}
