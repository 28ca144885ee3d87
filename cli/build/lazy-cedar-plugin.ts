import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BuildResult, Plugin } from "esbuild";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../package-json.ts";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";

/** Files beside index.mjs that hold Cedar; the first one loads the second from beside itself, by that name. */
export const CEDAR_FILES = ["cedar.cjs", "cedar_wasm_bg.wasm"] as const;

const [CEDAR_BUNDLE, CEDAR_WASM] = CEDAR_FILES;

/** The module of the toolkit that loads Cedar. */
const LOADER = RUNS_FROM_SOURCE
  ? join(PACKAGE_FOLDER, "src/authorization/cedar-module.ts")
  : join(PACKAGE_FOLDER, "lib/src/authorization/cedar-module.js");

const NAMESPACE = "lazy-cedar";

/**
 * Puts Cedar beside the bundle (4.3 MB, 1.4 MB when packed) of a server that imports `mcp-anycloud/cedar`, and of no
 * other. The import says at build time who declares a policy, without running anybody's module; it is loaded when the
 * policy is made.
 */
export function lazyCedar(): Plugin {
  return {
    name: NAMESPACE,
    setup(build) {
      const bundles = new Map<string, SeparateBundle>();
      let wasm: string | undefined;
      build.onResolve({ filter: /^\.\/cedar-module\.[jt]s$/ }, async ({ path, resolveDir }) => {
        if (join(resolveDir, path) !== LOADER) return undefined;
        const kind = "require-call";
        const cedar = await build.resolve("@cedar-policy/cedar-wasm/nodejs", { kind, resolveDir: PACKAGE_FOLDER });
        if (cedar.errors.length > 0) return { errors: cedar.errors };
        bundles.set(CEDAR_BUNDLE, bundleSeparately(build, cedar.path));
        wasm = join(dirname(cedar.path), CEDAR_WASM);
        return { path: LOADER, namespace: NAMESPACE };
      });
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({
        contents: `export const loadCedar = () => require("./${CEDAR_BUNDLE}");`,
      }));
      build.onResolve({ filter: /^\./, namespace: NAMESPACE }, ({ path }) => ({ path, external: true }));
      addBundles(build, bundles);
      const folder = dirname(build.initialOptions.outfile ?? "");
      build.onEnd(async ({ outputFiles }: BuildResult) => {
        if (!outputFiles || wasm === undefined) return;
        const contents = await readFile(wasm);
        outputFiles.push({ path: join(folder, CEDAR_WASM), contents, hash: "", text: "" });
      });
    },
  };
}
