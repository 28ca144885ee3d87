import { relative, sep } from "node:path";
import type { OnResolveResult, Plugin, PluginBuild, ResolveOptions } from "esbuild";
import { PACKAGE_FOLDER } from "../../package-json.ts";

/** Marks look-ups of our own, so that they are not taken up a second time. */
const OWN = Symbol("own look-up");

/**
 * One copy of everything: `mcp-anycloud` is this very package, wherever it is imported from; and what it shares with
 * the user's server (its peer dependencies) is the user's copy, also when the command line was started by `npx` or from
 * a linked folder and would find another one.
 */
export function ownPackage(projectFolder: string): Plugin {
  return {
    name: "own-package",
    setup(build) {
      build.onResolve({ filter: /^mcp-anycloud(\/|$)/ }, (args) => {
        if (args.pluginData === OWN) return undefined;
        return lookUp(build, args.path, { kind: args.kind, resolveDir: PACKAGE_FOLDER });
      });
      build.onResolve({ filter: /^(@modelcontextprotocol\/server|zod|@opentelemetry\/api)(\/|$)/ }, async (args) => {
        const isOwn = isOwnSource(args.importer);
        // Both packages have a copy for `require` besides the one for `import`, and a bundle needs one of them.
        if (args.pluginData === OWN || !(isOwn || args.kind === "require-call")) return undefined;
        const resolveDir = isOwn ? projectFolder : args.resolveDir;
        const found = await lookUp(build, args.path, { kind: "import-statement", resolveDir });
        return found.errors?.length ? undefined : found;
      });
    },
  };
}

/** Whether a file is the toolkit's, and not of a package installed anywhere below it. Look-ups of other plugins have none. */
function isOwnSource(file: string): boolean {
  const folders = relative(PACKAGE_FOLDER, file).split(sep);
  return file !== "" && folders[0] !== ".." && !folders.includes("node_modules");
}

async function lookUp(build: PluginBuild, path: string, options: ResolveOptions): Promise<OnResolveResult> {
  const {
    errors,
    warnings,
    path: found,
    external,
    sideEffects,
    suffix,
    namespace,
  } = await build.resolve(path, {
    ...options,
    pluginData: OWN,
  });
  return errors.length > 0 ? { errors } : { path: found, external, sideEffects, suffix, namespace, warnings };
}
