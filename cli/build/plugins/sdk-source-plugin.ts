import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { withFastToolList } from "./fast-tool-list.ts";
import { withLazyWireSchemas } from "./lazy-wire-schemas.ts";
import { withPureSchemas } from "./unused-schemas.ts";

/** Modules of the SDKs that declare schemas, and the one that lists tools. */
const MODULES =
  /[\\/]@modelcontextprotocol[\\/](core[\\/]dist[\\/](schemas|auth)-[^\\/]+\.mjs|server[\\/]dist[\\/](src|mcp)-[^\\/]+\.mjs|sdk[\\/]dist[\\/]esm[\\/](types|shared[\\/]auth)\.js)$/;

/**
 * Rewrites parts of the SDKs so that a server starts and answers faster and its bundle is smaller. Nothing it does changes.
 * A module that looks different from what is known here is left as it is.
 */
export const sdkSource: Plugin = {
  name: "sdk-source",
  setup(build) {
    build.onLoad({ filter: MODULES }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = withFastToolList(withLazyWireSchemas(withPureSchemas(source)));
      const isJavaScript = await build.esbuild.transform(contents, { logLevel: "silent" }).then(
        () => true,
        () => false,
      );
      return { contents: isJavaScript ? contents : source, loader: "js" };
    });
  },
};
