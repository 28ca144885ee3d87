import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import type { Loader, Plugin, PluginBuild } from "esbuild";
import { ownModule } from "../../own-module.ts";
import { PACKAGE_FOLDER, RUNS_FROM_SOURCE } from "../../package-json.ts";
import { madeOnce } from "../made-once.ts";
import { type BundleOptions, OUTPUT } from "../output-options.ts";
import { modernHandler } from "./modern-handler-plugin.ts";
import { ownPackage } from "./own-package-plugin.ts";
import { addBundles, type SeparateBundle } from "./separate-bundle.ts";
import { replaceParts } from "./source-part.ts";

/** Code of the toolkit that not every request needs, and that works with classes and state of the rest. */
interface Part {
  /** The module that imports it, dynamically and in one place; without extension. */
  readonly importer: string;
  /** The module that it begins with, likewise. */
  readonly entry: string;
  /** Paths of the modules in it. It shares all others with index.mjs. */
  readonly own: RegExp;
}

const PARTS: Readonly<Record<string, Part>> = {
  "sdk-entry.mjs": {
    importer: "src/protocol-2026/handler",
    entry: "src/protocol-2026/sdk-entry",
    own: /\/src\/protocol-2026\/(sdk-entry|sdk-handler|listen|readable-subscriptions)\.|\/@modelcontextprotocol\/server\/dist\/(index|listenRouter-[^/]+)\.mjs$/,
  },
  "sessions.mjs": {
    importer: "src/protocol-2025/handler",
    entry: "src/protocol-2025/sessions/session-handler",
    own: /\/src\/(protocol-2025\/(requests|sessions|streams)\/|store\/wake-ups\.)/,
  },
};

/** Files beside index.mjs that hold parts. */
export const PART_FILES: readonly string[] = Object.keys(PARTS);

/**
 * Puts parts of the toolkit into files of their own, which index.mjs loads when they are first needed. A part is a function
 * of the modules that it shares with index.mjs, so that there is one copy of each class and each state. Not esbuild's own
 * splitting: that moves shared modules, also the user's, into a file that runs before all others, so that a module which
 * prepares something for those behind it would come too late.
 */
export const lazyParts = (projectFolder: string): Plugin => ({
  name: "lazy-parts",
  setup(build) {
    const bundles = new Map<string, SeparateBundle>();
    build.onLoad({ filter: /[\\/]protocol-202[56][\\/]handler\.[jt]s$/, namespace: "file" }, async ({ path }) => {
      const [file, part] = Object.entries(PARTS).find(([, { importer }]) => ownModule(importer) === path) ?? [];
      if (!file || !part) return undefined;
      const { bundle, shared } = await bundleOf(build, part, projectFolder);
      bundles.set(file, bundle);
      const source = await readFile(path, "utf8");
      const loader: Loader = extname(path) === ".ts" ? "ts" : "js";
      return { contents: withPart(source, { file, part, shared }), loader, resolveDir: dirname(path) };
    });
    build.onResolve({ filter: /^\.\/[\w-]+\.mjs$/ }, ({ path, importer }) => {
      // A project may have files of these names.
      const part = PARTS[path.slice("./".length)];
      return part && importer === ownModule(part.importer) ? { path, external: true } : undefined;
    });
    addBundles(build, bundles);
  },
});

/** A module outside of a part, and the names that the part takes of it. */
interface SharedModule {
  readonly path: string;
  readonly names: readonly string[];
}

interface PartBundle {
  readonly bundle: SeparateBundle;
  readonly shared: readonly SharedModule[];
}

/** Packages do not change while the command line runs. */
const madeOf = madeOnce<PartBundle>();

const bundleOf = (build: PluginBuild, part: Part, projectFolder: string): Promise<PartBundle> =>
  madeOf(`${part.entry} ${projectFolder}`, () => bundlePart(build, part, projectFolder));

async function bundlePart({ esbuild }: PluginBuild, part: Part, projectFolder: string): Promise<PartBundle> {
  const optionsOf = (nameOf: NameOf): BundleOptions => ({
    ...OUTPUT,
    entryPoints: [ownModule(part.entry)],
    // Nothing is written there, but esbuild needs a name for the file.
    outfile: join(PACKAGE_FOLDER, "part.mjs"),
    format: "cjs",
    plugins: [sharing(part, nameOf), modernHandler, ownPackage(projectFolder)],
  });
  const paths = new Set<string>();
  const ownName: NameOf = (path) => {
    paths.add(path);
    return path;
  };
  const readable = await esbuild.build({ ...optionsOf(ownName), minify: false });
  const shared = sharedBy(readable.outputFiles[0]?.text ?? "", paths);
  const bundle = esbuild.build({
    ...optionsOf((path) => String(shared.findIndex((module) => module.path === path))),
    banner: { js: "export default(require)=>{const module={exports:{}};" },
    footer: { js: "return module.exports};" },
  });
  return { bundle, shared };
}

/** The name under which a part asks for a module outside. */
type NameOf = (path: string) => string;

/** Marks look-ups of our own. Those of other plugins are marked likewise, and none is taken up a second time. */
const OWN = Symbol("own look-up");

/** Leaves modules that are not the part's own outside. */
const sharing = (part: Part, nameOf: NameOf): Plugin => ({
  name: "sharing",
  setup(build) {
    build.onResolve({ filter: /^[^:]*$/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === "entry-point" || typeof pluginData === "symbol") return undefined;
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: OWN });
      if (found.errors.length > 0 || part.own.test(found.path.replaceAll("\\", "/"))) return undefined;
      return { path: nameOf(found.path), external: true, sideEffects: false };
    });
  },
});

const REQUIRED = /^var (import_\w+) = require\((".+")\);$/gm;

/** Lists what a part that is not minified uses of the modules outside, in the order in which it asks for them. */
function sharedBy(output: string, paths: ReadonlySet<string>): SharedModule[] {
  const used = new Map<string, Set<string>>();
  for (const [, variable, quoted = '""'] of output.matchAll(REQUIRED)) {
    const path: string = JSON.parse(quoted);
    if (!paths.has(path)) continue;
    const names = used.get(path) ?? new Set();
    used.set(path, names);
    for (const [, name = ""] of output.matchAll(new RegExp(`\\b${variable}\\.([\\w$]+)`, "g"))) names.add(name);
  }
  return [...used].map(([path, names]) => ({ path, names: [...names] }));
}

interface Loading {
  readonly file: string;
  readonly part: Part;
  readonly shared: readonly SharedModule[];
}

/** The importer's source, which loads the file and hands it what it shares. */
function withPart(source: string, { file, part, shared }: Loading): string {
  const imports = shared.flatMap(({ path, names }, id) => {
    const renamed = names.map((name, index) => `${name} as $${id}_${index}`);
    return renamed.length > 0 ? [`import { ${renamed.join(", ")} } from ${JSON.stringify(path)};`] : [];
  });
  const modules = shared.map(({ names }, id) => `{ ${names.map((name, at) => `${name}: $${id}_${at}`).join(", ")} }`);
  const name = part.entry.slice(part.importer.lastIndexOf("/") + 1);
  const from = `import("./${name}${RUNS_FROM_SOURCE ? ".ts" : ".js"}")`;
  const loaded = replaceParts(source, [{ from, to: "$loadPart()" }]);
  if (loaded === source) throw new Error(`${part.importer} does not import ${name} in one place.`);
  return `${imports.join("")}${loaded}
const $shared = [${modules.join(", ")}];
let $part;
const $loadPart = () => $part ??= import("./${file}").then((part) =>
  part.default((id) => $shared[id] ?? process.getBuiltinModule(id)));`;
}
