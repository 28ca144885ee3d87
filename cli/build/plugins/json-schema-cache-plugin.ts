import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../../package-json.ts";
import { replaceParts } from "./source-part.ts";

const CACHE = RUNS_FROM_SOURCE
  ? join(PACKAGE_FOLDER, "src/server/json-schema-cache.ts")
  : join(PACKAGE_FOLDER, "lib/src/server/json-schema-cache.js");

/** The method of zod's schemas through which SDK v2 converts them. */
const METHOD = `
export const createStandardJSONSchemaMethod = (schema, io, processors = {}) => (params) => {
    const { libraryOptions, target } = params ?? {};
    const ctx = initializeContext({ ...(libraryOptions ?? {}), target, io, processors });
    processSchema(schema, ctx);
    extractDefs(ctx, schema);
    return finalize(ctx, schema);
};
`;

const CACHED_METHOD = `
import { cacheConversion } from ${JSON.stringify(CACHE)};
export const createStandardJSONSchemaMethod = (schema, io, processors = {}) => cacheConversion((params) => {
    const { libraryOptions, target } = params ?? {};
    const ctx = initializeContext({ ...(libraryOptions ?? {}), target, io, processors });
    processSchema(schema, ctx);
    extractDefs(ctx, schema);
    return { json: finalize(ctx, schema), seen: ctx.seen, metadataRegistry: ctx.metadataRegistry };
});
`;

/**
 * Makes zod remember the JSON Schema of each schema (src/server/json-schema-cache.ts). A module with another method is left
 * as it is, and converts the same schemas again for each `tools/list`.
 */
export const jsonSchemaCache: Plugin = {
  name: "json-schema-cache",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/]to-json-schema\.js$/ }, async ({ path }) => ({
      contents: replaceParts(await readFile(path, "utf8"), [{ from: METHOD, to: CACHED_METHOD }]),
      loader: "js",
    }));
  },
};
