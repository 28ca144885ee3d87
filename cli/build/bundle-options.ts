import { dirname, join } from "node:path";
import { RUNS_FROM_SOURCE } from "../package-json.ts";
import { COMPUTED } from "./build-warnings.ts";
import { type BundleOptions, OUTPUT } from "./output-options.ts";
import type { InstalledPackage } from "./packages/installed-package.ts";
import { jsonSchemaCache } from "./plugins/json-schema-cache-plugin.ts";
import { lazyCedar } from "./plugins/lazy-cedar-plugin.ts";
import { lazyModules } from "./plugins/lazy-modules-plugin.ts";
import { lazyParts } from "./plugins/lazy-parts-plugin.ts";
import { lazyValidator } from "./plugins/lazy-validator-plugin.ts";
import { modernHandler } from "./plugins/modern-handler-plugin.ts";
import { ownPackage } from "./plugins/own-package-plugin.ts";
import { externalPackages } from "./plugins/project/external-packages-plugin.ts";
import {
  BUNDLE_META,
  LOCATION_WORDS,
  LOCATIONS_MODULE,
  moduleLocation,
} from "./plugins/project/module-location-plugin.ts";
import { sdkSource } from "./plugins/sdk/sdk-source-plugin.ts";
import { zodLocales } from "./plugins/zod-locales-plugin.ts";
import { zodUtil } from "./plugins/zod-util-plugin.ts";
import type { Project } from "./project/project.ts";
import { referencedTsConfig } from "./project/referenced-tsconfig.ts";

/** Name of the bundle in every artefact. */
export const BUNDLE = "index.mjs";

/** Name under which esbuild reports problems with the generated module. */
export const GENERATED = "mcp-anycloud-entry.js";

export interface BundleRequest {
  /** Absolute path of the user's module. */
  readonly entry: string;
  /** The generated module that imports it. */
  readonly source: string;
  readonly outDir: string;
  /** `external` makes a map that the bundle does not refer to. */
  readonly sourceMap: false | "external" | "linked";
  readonly project: Project;
  /** Packages beside the bundle, by name. Those that the bundler finds are added. */
  readonly packages: Map<string, InstalledPackage>;
  /** Paths of the files that are shipped beside the bundle. Default: none, and modules find theirs in the project. */
  readonly shipped?: ReadonlySet<string>;
  /** Whether errors of handlers are told to the observer of `dev`. Default false. */
  readonly observed?: boolean;
}

/** Files that are imported as text. */
const TEXT = { ".html": "text", ".md": "text", ".txt": "text", ".sql": "text", ".svg": "text" } as const;

/** esbuild's options for a bundle that runs on every cloud's Node.js. */
export function bundleOptions(request: BundleRequest): BundleOptions {
  const { entry, source, outDir, sourceMap, observed, project, packages, shipped } = request;
  const projectFolder = dirname(entry);
  const tsconfig = referencedTsConfig(entry);
  return {
    ...OUTPUT,
    stdin: { contents: source, resolveDir: projectFolder, sourcefile: GENERATED, loader: "js" },
    outfile: join(outDir, BUNDLE),
    ...(tsconfig && { tsconfig }),
    format: "esm",
    conditions: RUNS_FROM_SOURCE ? ["@mcp-anycloud/source", "module"] : ["module"],
    // CommonJS packages in the bundle require Node's own modules, and an ES module has no `require`.
    banner: {
      js: `import{createRequire as __cr}from'node:module';const ${BUNDLE_META}=import.meta,require=__cr(${BUNDLE_META}.url);`,
    },
    // Supplied by the Functions host's Node.js worker, which hooks `require` for it. No other cloud's code imports it.
    external: ["@azure/functions-core"],
    sourcemap: sourceMap,
    logOverride: COMPUTED,
    loader: TEXT,
    define: LOCATION_WORDS,
    inject: [LOCATIONS_MODULE],
    plugins: [
      modernHandler,
      ownPackage(projectFolder),
      externalPackages(project, packages),
      zodLocales,
      zodUtil,
      sdkSource(observed ?? false),
      jsonSchemaCache,
      lazyValidator(),
      lazyModules(projectFolder),
      lazyParts(projectFolder),
      lazyCedar(projectFolder),
      moduleLocation({ projectFolder: project.folder, shipped }),
    ],
  };
}
