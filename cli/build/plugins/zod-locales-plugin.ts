import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Leaves zod's error messages in other languages than English out of the bundle: 258 KB that `import { z } from "zod"`
 * drags in and next to nobody calls. A server that does call one is told what to import instead.
 */
export const zodLocales: Plugin = {
  name: "zod-locales",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, async ({ path }) => ({
      contents: englishOnly(await readFile(path, "utf8")),
      resolveDir: dirname(path),
    }));
  },
};

function englishOnly(index: string): string {
  const names = [...index.matchAll(/export \{ default as (\w+) \} from/g)].map(([, name]) => name);
  const others = names.filter((name) => name !== "en");
  return `
export { default as en } from "./en.js";
const absent = (name) => () => {
  throw new Error("zod's locale " + name + ' is not in this bundle: import it from "zod/v4/locales/' + name + '.js".');
};
${others.map((name) => `export const ${name} = /* @__PURE__ */ absent("${name}");`).join("\n")}
`;
}
