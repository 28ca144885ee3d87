import { dirname, join } from "node:path";
import type { BuildResult, PluginBuild } from "esbuild";
import { type BundleOptions, OUTPUT } from "./output-options.ts";

/** A module and all that it imports, bundled into a file of its own. */
export type SeparateBundle = Promise<BuildResult<BundleOptions>>;

/** By path: the packages stay as they are while the command line runs, and three clouds want the same bytes. */
const made = new Map<string, SeparateBundle>();

/**
 * Bundles a module by itself, as CommonJS: `require` can load it synchronously, and what it takes from node:http costs
 * it 3 ms, where an `import` of that, a dynamic one too, loads undici with it (36 ms).
 */
export function bundleSeparately({ esbuild }: PluginBuild, path: string): SeparateBundle {
  const supported = { "dynamic-import": false };
  // Nothing is written there; esbuild wants to know what the file would be called.
  const outfile = join(dirname(path), "separate.cjs");
  const options: BundleOptions = { ...OUTPUT, entryPoints: [path], outfile, format: "cjs", supported };
  const bundle = made.get(path) ?? esbuild.build(options);
  made.set(path, bundle);
  return bundle;
}

/** Adds bundles to what a build with a bundle in `outfile` puts out, in the same folder under their names. */
export function addBundles(build: PluginBuild, bundles: ReadonlyMap<string, SeparateBundle>): void {
  const folder = dirname(build.initialOptions.outfile ?? "");
  build.onEnd(async ({ outputFiles, metafile }) => {
    // Both are missing where the build itself failed.
    if (!outputFiles || !metafile) return;
    for (const [name, bundle] of bundles) {
      const { outputFiles: files, metafile: parts } = await bundle;
      const [file] = files;
      const [output] = Object.values(parts.outputs);
      if (!file || !output) continue;
      // `text` is computed when it is asked for, and a copy would lose it.
      outputFiles.push({ ...file, text: file.text, path: join(folder, name) });
      metafile.outputs[name] = output;
      Object.assign(metafile.inputs, parts.inputs);
    }
  });
}
