import { join } from "node:path";
import type { Plugin } from "esbuild";
import { ownModule } from "../../own-module.ts";
import { PACKAGE_FOLDER } from "../../package-json.ts";
import { findPeer } from "./find-peer.ts";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";
import { smallRedis } from "./small-redis-plugin.ts";

const AWS_CLIENT_BUNDLE = "aws-client.cjs";

/** Redis's own client, an optional peer. */
const REDIS_CLIENT = "@redis/client";

const REDIS_BUNDLE = "redis.cjs";

/** Modules of the toolkit, without extension, that are imported dynamically; by the name of the bundle that holds them. */
const MODULES = {
  [AWS_CLIENT_BUNDLE]: "adapters/aws/client/aws-client",
  "azure-table.cjs": "adapters/azure/table-storage/table-client",
  "firestore.cjs": "adapters/gcp/firestore/firestore-client",
  "jwt-verifier.cjs": "src/auth/jwt/jwt-verifier",
  "open-telemetry.cjs": "src/telemetry/open-telemetry",
  "otel-sdk.cjs": "adapters/otel/otel-sdk",
  [REDIS_BUNDLE]: "adapters/redis/redis-client",
} as const;

/** AWS's credential provider, an optional peer that the bundle of our client loads (adapters/aws/client/credentials.ts). */
const CREDENTIAL_PROVIDER = "@aws-sdk/credential-provider-node";

const CREDENTIALS_BUNDLE = "aws-credentials.cjs";

/** Bundles beside index.mjs that call AWS, find credentials for it, and verify tokens. */
export const LAZY_BUNDLES: readonly string[] = [...Object.keys(MODULES), CREDENTIALS_BUNDLE];

/**
 * Puts modules that not every request needs into files of their own, which are loaded when they are first needed: importing
 * index.mjs costs the same with them and without. They lie beside every server, because whether there is a table, and who
 * issues tokens, is decided when the artefact is deployed, not when it is built. AWS's credential provider and Redis's client
 * lie there if they are installed in the user's project.
 */
export function lazyModules(projectFolder: string): Plugin {
  return {
    name: "lazy-modules",
    setup(build) {
      const bundles = new Map<string, SeparateBundle>();
      for (const [bundle, module] of Object.entries(MODULES)) {
        const file = ownModule(module);
        build.onResolve(
          {
            filter:
              /^\.\/(aws-client|table-client|firestore-client|jwt-verifier|open-telemetry|otel-sdk|redis-client)\.[jt]s$/,
          },
          async ({ kind, path, resolveDir }) => {
            if (kind !== "dynamic-import" || join(resolveDir, path) !== file) return undefined;
            const redis = await findPeer(build, REDIS_CLIENT, projectFolder, "import-statement");
            const plugins = [separateCredentials, projectPackages(projectFolder)];
            if (bundle !== REDIS_BUNDLE) bundles.set(bundle, bundleSeparately(build, file, plugins));
            else if (redis)
              bundles.set(bundle, bundleSeparately(build, file, [exactly(REDIS_CLIENT, redis), smallRedis(redis)]));
            if (bundle === AWS_CLIENT_BUNDLE) {
              const provider = await findPeer(build, CREDENTIAL_PROVIDER, projectFolder, "import-statement");
              if (provider !== undefined) bundles.set(CREDENTIALS_BUNDLE, bundleSeparately(build, provider));
            }
            return { path: `./${bundle}`, external: true };
          },
        );
      }
      addBundles(build, bundles);
    },
  };
}

/** Takes a package from where it was found. */
const exactly = (name: string, path: string): Plugin => ({
  name: "exactly",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path }));
  },
});

/** OpenTelemetry's packages, which are optional peers, are the copies of the user's project. */
const projectPackages = (projectFolder: string): Plugin => ({
  name: "project-packages",
  setup(build) {
    build.onResolve({ filter: /^@opentelemetry\// }, async ({ path, kind, pluginData, importer }) => {
      if (pluginData === FOUND || importer.includes("@opentelemetry")) return undefined;
      for (const resolveDir of [projectFolder, PACKAGE_FOLDER]) {
        const found = await build.resolve(path, { kind, resolveDir, pluginData: FOUND });
        if (found.errors.length === 0) return found;
      }
      return { errors: [{ text: `mcp-anycloud/otel takes OpenTelemetry's SDK: npm install ${OTEL_PACKAGES}` }] };
    });
  },
});

const FOUND = Symbol("found");

const OTEL_PACKAGES = ["api", "context-async-hooks", "otlp-transformer", "resources", "sdk-metrics", "sdk-trace"]
  .map((name) => `@opentelemetry/${name}`)
  .join(" ");

/** Makes the bundle of our client load the provider from the file beside it, which is missing where it was not installed. */
const separateCredentials: Plugin = {
  name: "separate-credentials",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${CREDENTIAL_PROVIDER}$`) }, () => ({
      path: `./${CREDENTIALS_BUNDLE}`,
      external: true,
    }));
  },
};
