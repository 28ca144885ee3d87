import { join } from "node:path";
import type { Plugin } from "esbuild";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../package-json.ts";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";

/** Bundle beside index.mjs that holds AWS's client of DynamoDB. */
export const DYNAMODB_BUNDLE = "dynamodb-client.cjs";

/** The module of the toolkit that imports AWS's client, and that the store imports when it is first used. */
const CLIENT = RUNS_FROM_SOURCE
  ? join(PACKAGE_FOLDER, "adapters/aws/dynamodb-client.ts")
  : join(PACKAGE_FOLDER, "lib/adapters/aws/dynamodb-client.js");

/**
 * Puts AWS's client of DynamoDB into a file of its own that is loaded when the store is first asked: to import index.mjs
 * costs the same with it and without. It lies beside every server, because whether there is a table is decided when the
 * artefact is deployed, not when it is built. CPU time to load it and read a first item over loopback, median of 31:
 * 77 ms as it is; 94 ms as an ES module; 96 ms as CommonJS that imports node:http dynamically.
 */
export function lazyDynamodbClient(): Plugin {
  return {
    name: "lazy-dynamodb-client",
    setup(build) {
      const bundles = new Map<string, SeparateBundle>();
      build.onResolve({ filter: /^\.\/dynamodb-client\.[jt]s$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== "dynamic-import" || join(resolveDir, path) !== CLIENT) return undefined;
        bundles.set(DYNAMODB_BUNDLE, bundleSeparately(build, CLIENT));
        return { path: `./${DYNAMODB_BUNDLE}`, external: true };
      });
      addBundles(build, bundles);
    },
  };
}
