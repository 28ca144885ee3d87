/**
 * Lets the bundler leave out the SDK's schemas that nothing asks for. It has to keep `const Schema = z.object(…)`, because the
 * call could have side effects; and SDK v2 refers to all of them in `isSpecType` and `specTypeSchemas`, which few import.
 * Here both are marked as free of side effects. Making schemas takes most of the time to start: importing a server's
 * index.mjs took 71 ms with all of them and 40 without (median of 21).
 */
export const withPureSchemas = (source: string): string => withPureRegistry(withPureDeclarations(source));

/**
 * The beginning of a declaration at the top level of a module: of a schema that is made of zod's or of another one, or of the
 * SDK's table that documents in which order requests are validated.
 */
const DECLARATION =
  /^((?:export )?const (?:\w+ = (?=(?:z|\w+Schema(?:\$\d+)?)[.(])|INBOUND_VALIDATION_LADDER = (?=\[$)))(.*)$/;

/** Wraps each schema in a function that may be left out with all that it calls; esbuild takes it off again. */
function withPureDeclarations(source: string): string {
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
export function endOfStatement(lines: readonly string[], start: number): number {
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (at > start && DECLARATION.test(line)) return -1;
    if (line.endsWith(";") && (at === start || /^\S/.test(line))) return at;
  }
  return -1;
}

const REGISTRY = /^const _specTypeSchemas = \{\};\n[\s\S]*?^const isSpecType = Object\.freeze\(_isSpecType\);$/m;
const EXPOSED = /^const (specTypeSchemas|isSpecType) = (Object\.freeze\(\w+\));$/gm;

/** Wraps the code that collects all schemas by name likewise. */
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
