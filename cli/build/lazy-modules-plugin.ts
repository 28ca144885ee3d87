import { join } from "node:path";
import type { Plugin } from "esbuild";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../package-json.ts";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";

/** A module of the toolkit, without extension, that is imported dynamically; by the name of the bundle that holds it. */
const MODULES = {
  // CPU time to load it and read a first item over loopback, median of 31: 77 ms as it is; 94 ms as an ES module; 96 ms
  // as CommonJS that imports node:http dynamically.
  "aws-clients.cjs": "adapters/aws/client/aws-clients",
  "aws-requests.cjs": "adapters/aws/client/aws-requests",
  "jwt-verifier.cjs": "src/auth/jwt/jwt-verifier",
} as const;

/** Bundles beside index.mjs that hold AWS's clients, what asks AWS without them, and what verifies tokens. */
export const LAZY_BUNDLES: readonly string[] = Object.keys(MODULES);

const pathOf = (module: string): string =>
  RUNS_FROM_SOURCE ? join(PACKAGE_FOLDER, `${module}.ts`) : join(PACKAGE_FOLDER, "lib", `${module}.js`);

/**
 * Puts modules with large dependencies into files of their own, which are loaded when they are first needed: to import
 * index.mjs costs the same with them and without. They lie beside every server, because whether there is a table, and who
 * issues tokens, is decided when the artefact is deployed, not when it is built.
 */
export function lazyModules(): Plugin {
  return {
    name: "lazy-modules",
    setup(build) {
      const bundles = new Map<string, SeparateBundle>();
      for (const [bundle, module] of Object.entries(MODULES)) {
        const file = pathOf(module);
        build.onResolve(
          { filter: /^\.\/(aws-clients|aws-requests|jwt-verifier)\.[jt]s$/ },
          ({ kind, path, resolveDir }) => {
            if (kind !== "dynamic-import" || join(resolveDir, path) !== file) return undefined;
            bundles.set(bundle, bundleSeparately(build, file));
            return { path: `./${bundle}`, external: true };
          },
        );
      }
      addBundles(build, bundles);
    },
  };
}
