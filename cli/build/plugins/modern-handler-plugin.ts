import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import type { Plugin } from "esbuild";
import { PACKAGE_FOLDER } from "../../package-json.ts";
import { replaceParts } from "./source-part.ts";

const NAMESPACE = "modern-handler";

/** Marks look-ups of our own, so that they are not taken up a second time. */
const OWN = Symbol("own look-up");

/** The module of the toolkit that creates the SDK's handler, with `legacy: "reject"`. */
const SDK_HANDLER = /^(lib[\\/])?src[\\/]protocol-2026[\\/]sdk-handler\.[jt]s$/;

/** The function of the SDK that creates a handler. */
const FUNCTION = /^function createMcpHandler\(factory, options = \{\}\) \{\n[\s\S]*?\n\}\n/m;

const FALLBACK = {
  from: `
	const legacyHandler = legacy === "reject" ? void 0 : createLegacyStatelessFallback(factory, reportError, options.keepAliveMs, maxRequestBodySize);
`,
  to: `
	const legacyHandler = void 0;
`,
};

/**
 * Leaves the SDK's transport for protocols of 2025 out of a bundle that does not use it: `createMcpHandler` refers to it, but
 * only for handlers that do not reject these protocols, and the toolkit's own does. The SDK's module gets a second function
 * without that reference, which the toolkit imports in place of the first. A user's import of `createMcpHandler` stays as
 * it is, and so does a module that looks different from what is known here.
 */
export const modernHandler: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: /^@modelcontextprotocol\/server$/ }, async (args) => {
      const { path, kind, importer, resolveDir } = args;
      if (args.pluginData === OWN || !SDK_HANDLER.test(relative(PACKAGE_FOLDER, importer))) return undefined;
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: OWN });
      if (found.errors.length > 0 || modernFunction(await readFile(found.path, "utf8")) === undefined) return undefined;
      return { path: found.path, namespace: NAMESPACE };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: `
export * from ${JSON.stringify(path)};
export { createModernHandler as createMcpHandler } from ${JSON.stringify(path)};`,
      resolveDir: dirname(path),
    }));
    build.onLoad({ filter: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]index\.mjs$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { contents: source + (modernFunction(source) ?? ""), loader: "js" };
    });
  },
};

/** The second function; undefined where the SDK's is not the one that is known here. */
export function modernFunction(source: string): string | undefined {
  const [original] = FUNCTION.exec(source) ?? [];
  const modern = original && replaceParts(original, [FALLBACK]);
  if (modern === undefined || modern === original) return undefined;
  return `\n${modern.replace("createMcpHandler", "createModernHandler")}export { createModernHandler };\n`;
}
