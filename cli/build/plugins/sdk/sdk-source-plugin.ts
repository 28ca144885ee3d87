import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { withFastMessages } from "./fast-messages.ts";
import { withFastToolList } from "./fast-tool-list.ts";
import { elicitationSchemas, findSchemas, withLazyElicitation } from "./lazy-elicitation.ts";
import { withLazyWireSchemas } from "./lazy-wire-schemas.ts";
import { withToldHandlerErrors } from "./told-handler-errors.ts";
import { withPureSchemas } from "./unused-schemas.ts";

/** Modules of the SDKs that declare schemas, and the one that lists tools. */
const MODULES =
  /[\\/]@modelcontextprotocol[\\/](core[\\/]dist[\\/](schemas|auth)-[^\\/]+\.mjs|server[\\/]dist[\\/](src|mcp)-[^\\/]+\.mjs|sdk[\\/]dist[\\/]esm[\\/](types|shared[\\/]auth)\.js)$/;

/** The module of SDK v2 that takes its schemas from another package. */
const SDK_V2 = /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]src-[^\\/]+\.mjs$/;

/** Modules of the SDKs that answer with the errors of handlers. */
const HANDLERS =
  /[\\/]@modelcontextprotocol[\\/](server[\\/]dist[\\/](src|mcp)-[^\\/]+\.mjs|sdk[\\/]dist[\\/]esm[\\/](server[\\/]mcp|shared[\\/]protocol)\.js)$/;

/**
 * Rewrites parts of the SDKs so that a server starts and answers faster and its bundle is smaller. Nothing it does changes.
 * A module that looks different from what is known here is left as it is. With `observed`, errors of handlers are told.
 */
export const sdkSource = (observed: boolean): Plugin => ({
  name: "sdk-source",
  setup(build) {
    const filter = observed ? new RegExp(`${MODULES.source}|${HANDLERS.source}`) : MODULES;
    build.onLoad({ filter }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const schemas = SDK_V2.test(path) ? await findSchemas(build, path) : undefined;
      const lazy = schemas ? withLazyElicitation(source, schemas) : source;
      const faster = withFastMessages(withFastToolList(withLazyWireSchemas(withPureSchemas(lazy))));
      const contents = (observed ? withToldHandlerErrors(faster) : faster) + elicitationSchemas(source);
      const isJavaScript = await build.esbuild.transform(contents, { logLevel: "silent" }).then(
        () => true,
        () => false,
      );
      return { contents: isJavaScript ? contents : source, loader: "js" };
    });
  },
});
