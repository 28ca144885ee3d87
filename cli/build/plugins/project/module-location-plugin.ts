import { readFile } from "node:fs/promises";
import { extname, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Loader, Plugin } from "esbuild";
import { ownModule } from "../../../own-module.ts";
import { PACKAGE_FOLDER } from "../../../package-json.ts";
import { shippedPath } from "../../project/shipped-path.ts";
import { isInstalled, missingFiles } from "./missing-files.ts";

/** Replacements of the words by which a module asks for its location. esbuild knows scopes and strings. */
export const LOCATION_WORDS: Readonly<Record<string, string>> = {
  "import.meta.url": "__anycloudUrl",
  "import.meta.filename": "__anycloudFilename",
  "import.meta.dirname": "__anycloudDirname",
  "import.meta": "__anycloudMeta",
  __filename: "__anycloudFilename",
  __dirname: "__anycloudDirname",
};

/** The module that holds the functions for those replacements; esbuild leaves it out where none is used. */
export const LOCATIONS_MODULE: string = ownModule("adapters/shared/module-locations");

/** Name of the bundle's own `import.meta`, because every other one is replaced. */
export const BUNDLE_META = "__meta";

/** Name under which esbuild reports the warnings of this plugin. */
export const LOCATION_PLUGIN = "module-location";

export interface ModuleLocationOptions {
  readonly projectFolder: string;
  /** Paths of the shipped files. Undefined where modules are to find their files in the project itself. */
  readonly shipped: ReadonlySet<string> | undefined;
}

const ASKS = /\bimport\s*\.\s*meta\b|\b__dirname\b|\b__filename\b/;

/**
 * Makes `import.meta.url`, `import.meta.dirname`, `import.meta.filename`, `__dirname` and `__filename` of each module true
 * relative to the shipped files, and warns of a file that a module names and nobody ships. Must be the last plugin that
 * loads modules.
 */
export function moduleLocation({ projectFolder, shipped }: ModuleLocationOptions): Plugin {
  return {
    name: LOCATION_PLUGIN,
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
        if (path === LOCATIONS_MODULE) return undefined;
        // A byte order mark would come behind the declarations, and before a shebang.
        const source = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
        const asks = ASKS.test(source);
        // Modules that do not ask can still name files from the working directory on.
        if (!asks && (!shipped || isInstalled(path) || isToolkit(path))) return undefined;
        const loader = loaderOf(path);
        if (isToolkit(path)) return { contents: withLocation(source, BUNDLE_URL), loader };
        if (!shipped) return { contents: withLocation(source, pathToFileURL(path).href), loader };
        const place = shippedPath(projectFolder, path);
        const url = place.split("/").map(encodeURIComponent).join("/");
        return {
          contents: asks ? withLocation(source, url) : source,
          loader,
          warnings: missingFiles({ path, source, place, projectFolder, shipped }),
        };
      });
    },
  };
}

/** The toolkit's own code asks for the folder of the bundle. */
const BUNDLE_URL = "index.mjs";

const isToolkit = (file: string): boolean =>
  /^(src|adapters|lib)$/.test(relative(PACKAGE_FOLDER, file).split(/[\\/]/)[0] ?? "");

const LOADERS: Readonly<Record<string, Loader>> = { t: "ts", j: "js" };

function loaderOf(path: string): Loader {
  const [kind = "js", isX] = [/[jt]sx?$/.exec(extname(path))?.[0], path.endsWith("x")];
  return isX ? (kind as Loader) : (LOADERS[kind[0] ?? "j"] ?? "js");
}

/** Declares the names that stand for the location, on the first line, so that the lines of the source map stay true. */
function withLocation(source: string, url: string): string {
  const names = [...new Set(Object.values(LOCATION_WORDS))];
  const place = JSON.stringify(url);
  const declarations = names.map((name) => `${name}=/* @__PURE__ */${name}Of(${place})`).join(",");
  const [, shebang = "", code = ""] = /^(#!.*\r?\n)?([\s\S]*)$/.exec(source) ?? [];
  return `${shebang}var ${declarations};${code}`;
}
