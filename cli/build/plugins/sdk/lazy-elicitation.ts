import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PluginBuild } from "esbuild";
import { endOfStatement } from "./unused-schemas.ts";

/** A schema of the forms by which a server asks a user something. */
const SCHEMA =
  /^const (\w*(?:Boolean|String|Number|Enum)SchemaSchema|PrimitiveSchemaDefinitionSchema|ElicitRequestFormParamsSchema) = /;

/** A function that makes those schemas, to stand behind the module that declares them; empty where that declares others. */
export function elicitationSchemas(source: string): string {
  const lines = source.split("\n");
  const statements = lines.flatMap((line, at) => {
    const [, name] = SCHEMA.exec(line) ?? [];
    const end = name === undefined ? -1 : endOfStatement(lines, at);
    return name !== undefined && end >= 0 ? [{ name, text: lines.slice(at, end + 1).join("\n") }] : [];
  });
  const names = statements.map(({ name }) => name);
  if (!names.includes("ElicitRequestFormParamsSchema")) return "";
  return `
export const makeElicitationSchemas = () => {
${statements.map(({ text }) => text).join("\n")}
return { ${names.join(", ")} };
};
`;
}

const REGION = /^\/\/#region [^\n]*\/shared\/elicitation\.ts\n([\s\S]*?)\n\/\/#endregion$/m;
const FUNCTION = /^function (\w+)\(/gm;

/** The module that declares the schemas. */
interface SchemasModule {
  readonly path: string;
  readonly source: string;
}

/**
 * Lets SDK v2 make the schemas of those forms, a quarter of all that a start makes, when a server first asks. The SDK makes
 * tables of them as it is loaded; here the code around the tables is a function that runs once. A module with other code
 * stays as it is.
 */
export function withLazyElicitation(source: string, schemas: SchemasModule): string {
  const [region, body = ""] = REGION.exec(source) ?? [];
  const names = [...elicitationSchemas(schemas.source).matchAll(new RegExp(SCHEMA, "gm"))].map(([, name = ""]) => name);
  if (region === undefined || names.length === 0) return source;
  const rest = source.replace(region, "");
  const isIn = (text: string) => (name: string) => new RegExp(`\\b${name}\\b`).test(text);
  const functions = [...body.matchAll(FUNCTION)].map(([, name = ""]) => name).filter(isIn(rest));
  const lazy = `let elicitation;
const openElicitation = () => elicitation ??= (() => {
const { ${names.filter(isIn(body)).join(", ")} } = makeElicitationSchemas();
${body}
return { ${functions.join(", ")} };
})();
${functions.map((name) => `function ${name}(...args) { return openElicitation().${name}(...args); }`).join("\n")}`;
  return `import { makeElicitationSchemas } from ${JSON.stringify(schemas.path)};\n${source.replace(region, () => lazy)}`;
}

/** Finds the module whose schemas a module of SDK v2 takes; undefined where it is not where it is known to be. */
export async function findSchemas({ resolve }: PluginBuild, importer: string): Promise<SchemasModule | undefined> {
  const options = { kind: "import-statement", importer, resolveDir: dirname(importer) } as const;
  const { path: front, errors } = await resolve("@modelcontextprotocol/core/internal", options);
  if (errors.length > 0) return undefined;
  const [, name] = /from "\.\/(schemas-[\w-]+\.mjs)"/.exec(await readFile(front, "utf8")) ?? [];
  if (name === undefined) return undefined;
  const path = join(dirname(front), name);
  return { path, source: await readFile(path, "utf8") };
}
