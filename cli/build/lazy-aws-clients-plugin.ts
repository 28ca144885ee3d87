import { join } from "node:path";
import type { Plugin } from "esbuild";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../package-json.ts";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";

/** Bundle beside index.mjs that holds AWS's clients. */
export const AWS_CLIENTS_BUNDLE = "aws-clients.cjs";

/** The module of the toolkit that imports AWS's clients, and that is imported when one of them is first needed. */
const CLIENTS = RUNS_FROM_SOURCE
  ? join(PACKAGE_FOLDER, "adapters/aws/aws-clients.ts")
  : join(PACKAGE_FOLDER, "lib/adapters/aws/aws-clients.js");

/**
 * Puts AWS's clients into a file of its own that is loaded when the store or the key ring is first asked: to import
 * index.mjs costs the same with it and without. It lies beside every server, because whether there is a table is decided
 * when the artefact is deployed, not when it is built. CPU time to load it and read a first item over loopback, median of
 * 31: 77 ms as it is; 94 ms as an ES module; 96 ms as CommonJS that imports node:http dynamically.
 */
export function lazyAwsClients(): Plugin {
  return {
    name: "lazy-aws-clients",
    setup(build) {
      const bundles = new Map<string, SeparateBundle>();
      build.onResolve({ filter: /^\.\/aws-clients\.[jt]s$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== "dynamic-import" || join(resolveDir, path) !== CLIENTS) return undefined;
        bundles.set(AWS_CLIENTS_BUNDLE, bundleSeparately(build, CLIENTS));
        return { path: `./${AWS_CLIENTS_BUNDLE}`, external: true };
      });
      addBundles(build, bundles);
    },
  };
}
