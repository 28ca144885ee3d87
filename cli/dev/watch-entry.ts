import { type BuildResult, context, type PluginBuild } from "esbuild";
import { toBuildError } from "../build/build-failure.ts";
import { compiled } from "../build/build-target.ts";
import { BUNDLE, bundleOptions } from "../build/bundle-options.ts";
import { checkSource } from "../build/entry/entry-source.ts";
import type { BundleOptions } from "../build/output-options.ts";
import { linkPackages, namedPackages } from "../build/packages/install.ts";
import { readProject } from "../build/project/project.ts";
import { replaceFile } from "../files/replace-file.ts";

export interface WatchOptions {
  readonly entry: string;
  /** Folder for the bundle and its source map. */
  readonly folder: string;
  /** Called when the sources compile to another bundle than before. Calls never overlap. */
  readonly onChange: () => Promise<void>;
  /** Called with the error of the sources, or with the error that `onChange` threw. */
  readonly onFailure: (error: unknown) => void;
}

/** Watches a server's module and everything that it imports, bundled without any cloud. */
export interface Watch {
  /** The bundle, as the sources last compiled. */
  readonly bundle: string;
  /** Begins to look for changes. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Bundles an entry, and again after each change. Throws ENTRY_INVALID or BUILD_FAILED. */
export async function watchEntry({ entry, folder, onChange, onFailure }: WatchOptions): Promise<Watch> {
  let watching = false;
  let followed = Promise.resolve();
  let present: string | undefined;
  const firstBuild = Promise.withResolvers<void>();

  const project = readProject(entry);
  const packages = namedPackages(project);

  async function take(result: BuildResult<BundleOptions>): Promise<boolean> {
    if (result.errors.length > 0) throw toBuildError(result.errors, entry);
    const [text] = result.outputFiles.filter(({ path }) => path.endsWith(BUNDLE)).map((file) => file.text);
    if (text === present) return false;
    await linkPackages(folder, [...packages.values()]);
    for (const file of result.outputFiles) await replaceFile(file.path, file.contents);
    present = text;
    return true;
  }
  const follow = async (result: BuildResult<BundleOptions>): Promise<void> => {
    if (await take(result)) await onChange();
  };
  const follower = {
    name: "follower",
    setup(build: PluginBuild) {
      build.onEnd((result) => {
        if (!watching) return;
        followed = followed.then(() => follow(result as BuildResult<BundleOptions>)).catch(onFailure);
        firstBuild.resolve();
      });
    },
  };
  const source = checkSource(entry);
  const options = bundleOptions({ entry, source, outDir: folder, sourceMap: "linked", project, packages });
  const builder = await context({ ...options, plugins: [...(options.plugins ?? []), follower] });
  try {
    await take(await compiled(builder.rebuild(), entry));
  } catch (error) {
    await builder.dispose();
    throw error;
  }
  return {
    bundle: `${folder}/${BUNDLE}`,
    async start() {
      watching = true;
      await builder.watch();
      // Watching begins with a build. Killed in the middle of one, this process would leave esbuild waiting for its plugins.
      await firstBuild.promise;
    },
    async close() {
      watching = false;
      await builder.dispose();
      await followed;
    },
  };
}
