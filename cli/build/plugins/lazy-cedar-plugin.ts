import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BuildResult, Plugin } from "esbuild";
import { ownModule } from "../../own-module.ts";
import { findPeer } from "./find-peer.ts";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";

/** Files beside index.mjs that hold Cedar; the first one loads the second from beside itself, by that name. */
export const CEDAR_FILES = ["cedar.cjs", "cedar_wasm_bg.wasm"] as const;

const [CEDAR_BUNDLE, CEDAR_WASM] = CEDAR_FILES;

/** The module of the toolkit that loads Cedar. */
const LOADER = ownModule("src/authorization/cedar-module");

const CEDAR = "@cedar-policy/cedar-wasm";

const NAMESPACE = "lazy-cedar";

/**
 * Puts Cedar, an optional peer, beside the bundle (4.3 MB, 1.4 MB when packed) of a server that imports
 * `mcp-anycloud/cedar`, and of no other. The import tells at build time which server declares a policy, without running it;
 * Cedar is loaded when the policy is made.
 */
export function lazyCedar(projectFolder: string): Plugin {
  return {
    name: NAMESPACE,
    setup(build) {
      const bundles = new Map<string, SeparateBundle>();
      let wasm: string | undefined;
      build.onResolve({ filter: /^\.\/cedar-module\.[jt]s$/ }, async ({ path, resolveDir }) => {
        if (join(resolveDir, path) !== LOADER) return undefined;
        const cedar = await findPeer(build, `${CEDAR}/nodejs`, projectFolder, "require-call");
        if (cedar === undefined) return { errors: [{ text: `cedarPolicy takes Cedar: npm install ${CEDAR}` }] };
        bundles.set(CEDAR_BUNDLE, bundleSeparately(build, cedar));
        wasm = join(dirname(cedar), CEDAR_WASM);
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
