import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** Modules of the SDKs that declare schemas. */
const MODULES =
  /[\\/]@modelcontextprotocol[\\/](core[\\/]dist[\\/](schemas|auth)-[^\\/]+\.mjs|server[\\/]dist[\\/](src|mcp)-[^\\/]+\.mjs|sdk[\\/]dist[\\/]esm[\\/](types|shared[\\/]auth)\.js)$/;

/**
 * Leaves the SDK's schemas out of the bundle that nothing asks for. A bundler has to keep `const Schema = z.object(…)`,
 * because the call could do something else, too; and SDK v2 holds on to all of them for `isSpecType` and
 * `specTypeSchemas`, which next to nobody imports. Here both are marked as what may go when it is not used. It is not the
 * 26 kB: most of the time to start is spent on making schemas. Import of a server's index.mjs, median of 21: 71 ms with
 * all of them, 40 without. A module that looks different from what is known here is left as it is.
 */
export const unusedSchemas: Plugin = {
  name: "unused-schemas",
  setup(build) {
    build.onLoad({ filter: MODULES }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = withPureRegistry(withPureSchemas(source));
      const isJavaScript = await build.esbuild.transform(contents, { logLevel: "silent" }).then(
        () => true,
        () => false,
      );
      return { contents: isJavaScript ? contents : source, loader: "js" };
    });
  },
};

/** The beginning of a declaration at the top level of a module, of a schema that is made of zod's or of another one. */
const DECLARATION = /^((?:export )?const \w+ = )((?:z|\w+Schema(?:\$\d+)?)[.(].*)$/;

/** Wraps each schema in a function that may be left out with all that it calls; esbuild takes it off again. */
function withPureSchemas(source: string): string {
  const lines = source.split("\n");
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, head, first] = DECLARATION.exec(line) ?? [];
    const end = first === undefined ? -1 : endOfStatement(lines, at);
    if (head === undefined || first === undefined || end < 0) {
      out.push(line);
      continue;
    }
    const expression = [first, ...lines.slice(at + 1, end + 1)].join("\n").replace(/;$/, "");
    out.push(`${head}/* @__PURE__ */ (() => ${expression})();`);
    at = end;
  }
  return out.join("\n");
}

/** The line with the semicolon of a statement: the first that ends with one and is not indented; -1 for none. */
function endOfStatement(lines: readonly string[], start: number): number {
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (at > start && DECLARATION.test(line)) return -1;
    if (line.endsWith(";") && (at === start || /^\S/.test(line))) return at;
  }
  return -1;
}

const REGISTRY = /^const _specTypeSchemas = \{\};\n[\s\S]*?^const isSpecType = Object\.freeze\(_isSpecType\);$/m;
const EXPOSED = /^const (specTypeSchemas|isSpecType) = (Object\.freeze\(\w+\));$/gm;

/** Wraps what collects all schemas by name likewise. */
function withPureRegistry(source: string): string {
  return source.replace(REGISTRY, (registry) => {
    const body = registry.replace(EXPOSED, "");
    return `const specTypes = /* @__PURE__ */ (() => {
${body}
return { schemas: Object.freeze(_specTypeSchemas), guards: Object.freeze(_isSpecType) };
})();
const specTypeSchemas = /* @__PURE__ */ (() => specTypes.schemas)();
const isSpecType = /* @__PURE__ */ (() => specTypes.guards)();`;
  });
}
