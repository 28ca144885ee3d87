import { dirname, join } from "node:path";
import type { BuildFailure, BuildResult, Plugin, PluginBuild } from "esbuild";
import { madeOnce } from "../made-once.ts";
import { type BundleOptions, OUTPUT } from "../output-options.ts";

/** A module and all that it imports, bundled into a file of its own. */
export type SeparateBundle = Promise<BuildResult<BundleOptions>>;

/** By path: packages do not change while the command line runs, and three clouds get the same bytes. */
const madeOf = madeOnce<BuildResult<BundleOptions>>();

/**
 * Bundles a module by itself, as CommonJS: `require` loads it synchronously, and node:http costs it 3 ms, where an `import`
 * of node:http, even a dynamic one, loads undici as well (36 ms).
 */
export function bundleSeparately(
  { esbuild }: PluginBuild,
  path: string,
  plugins: readonly Plugin[] = [],
): SeparateBundle {
  const supported = { "dynamic-import": false };
  // Nothing is written there, but esbuild needs a name for the file.
  const outfile = join(dirname(path), "separate.cjs");
  const options: BundleOptions = {
    ...OUTPUT,
    entryPoints: [path],
    outfile,
    format: "cjs",
    supported,
    plugins: [...plugins],
  };
  return madeOf(path, () => esbuild.build(options));
}

/**
 * Adds bundles, sorted by name, to the output of a build with a bundle in `outfile`, in the same folder. The build fails where
 * one of them has failed.
 */
export function addBundles(build: PluginBuild, bundles: ReadonlyMap<string, SeparateBundle>): void {
  const folder = dirname(build.initialOptions.outfile ?? "");
  build.onEnd(async ({ outputFiles, metafile }) => {
    // Both are missing where the build itself failed.
    if (!outputFiles || !metafile) return undefined;
    for (const [name, bundle] of [...bundles].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const result = await bundle.catch(({ errors }: BuildFailure) => errors);
      // The first finding usually causes the others.
      if (Array.isArray(result)) return { errors: result.slice(0, 1) };
      const { outputFiles: files, metafile: parts } = result;
      const [file] = files;
      const [output] = Object.values(parts.outputs);
      if (!file || !output) continue;
      // `text` is a getter, which a copy would lose.
      outputFiles.push({ ...file, text: file.text, path: join(folder, name) });
      metafile.outputs[name] = output;
      Object.assign(metafile.inputs, parts.inputs);
    }
    return undefined;
  });
}
