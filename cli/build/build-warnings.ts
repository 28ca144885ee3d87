import { relative, resolve } from "node:path";
import type { Message } from "esbuild";
import { shownPath } from "../files/shown-path.ts";
import { PACKAGE_FOLDER } from "../package-json.ts";
import { LOCATION_PLUGIN } from "./plugins/project/module-location-plugin.ts";
import { BUNDLED } from "./project/shipped-path.ts";

/** esbuild's own names of what it cannot bundle because a name is computed; it tells them when it is asked. */
export const COMPUTED = { "unsupported-dynamic-import": "warning", "unsupported-require-call": "warning" } as const;

/** The warnings that concern the user, each in one sentence. `assets` are the paths of the files that are shipped. */
export const toWarnings = (warnings: readonly Message[], assets: readonly string[]): readonly string[] =>
  warnings.flatMap((warning) => {
    if (warning.pluginName === LOCATION_PLUGIN) return [unshipped(warning)];
    // A project that ships modules loads them by computed names on purpose.
    const isWanted = warning.id in COMPUTED && isUsers(warning) && !assets.some((name) => /\.[cm]?[jt]s$/.test(name));
    return isWanted ? [computed(warning)] : [];
  });

function unshipped(warning: Message): string {
  const file = warning.text.replace(`${BUNDLED}/`, "");
  return `Warning: ${placeOf(warning)} names ${file}, which is not shipped: add it to "assets" of "mcp-anycloud" in package.json.`;
}

const computed = (warning: Message): string =>
  `Warning: ${placeOf(warning)} loads a module whose name is computed, which is not in the bundle: write the beginning and the end of its name, as in import(\`./tools/\${name}.ts\`), or add the modules to "assets" of "mcp-anycloud" in package.json.`;

const placeOf = ({ location }: Message): string =>
  location ? `${shownPath(location.file)}:${location.line}` : "a module";

/** Whether it is about code that the user wrote, neither a package nor the toolkit. */
function isUsers({ location }: Message): boolean {
  const file = resolve(location?.file ?? "");
  const own = relative(PACKAGE_FOLDER, file).split(/[\\/]/)[0] ?? "";
  return !/[\\/]node_modules[\\/]/.test(file) && !/^(src|adapters|cli|lib)$/.test(own);
}
