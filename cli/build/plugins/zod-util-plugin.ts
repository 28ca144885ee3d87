import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";
import { replaceParts } from "./source-part.ts";

/** zod's references to its module of functions through another module, and to the module itself. */
const REFERENCES = [
  { from: 'import { util } from "../core/index.js";', to: 'import * as util from "../core/util.js";' },
  { from: "core.util.constantCatch(", to: "util.constantCatch(" },
] as const;

/**
 * Leaves out those of zod's own functions that nothing calls. esbuild keeps a whole module where it is referred to as a
 * member that another module exports; here zod's schemas import it directly. A module that refers to it in another way is
 * left as it is.
 */
export const zodUtil: Plugin = {
  name: "zod-util",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/ }, async ({ path }) => ({
      contents: replaceParts(await readFile(path, "utf8"), REFERENCES),
      resolveDir: dirname(path),
      loader: "js",
    }));
  },
};
