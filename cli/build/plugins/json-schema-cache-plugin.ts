import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { ownModule } from "../../own-module.ts";
import { replaceParts } from "./source-part.ts";

const CACHE = ownModule("src/server/json-schema-cache");

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
