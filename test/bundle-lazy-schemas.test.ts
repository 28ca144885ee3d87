import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import * as z from "zod/v4";
import { withLazyWireSchemas } from "../cli/build/plugins/sdk/lazy-wire-schemas.ts";

const SDK = join(import.meta.dirname, "..", "node_modules", "@modelcontextprotocol", "server", "dist");
const REVISIONS = ["buildSchemas2025", "buildSchemas2026"] as const;

type Schemas = Readonly<Record<string, z.ZodType | Readonly<Record<string, z.ZodType>>>>;
type Builders = Readonly<Record<(typeof REVISIONS)[number], () => Schemas>>;

/** The SDK's functions that make the schemas of a revision, with its source as `rewrite` leaves it. */
async function loadBuilders(rewrite: (source: string) => string): Promise<Builders> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${REVISIONS.join(", ")} } from "./wire";`, resolveDir: SDK },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    external: ["zod/v4"],
    plugins: [
      {
        name: "wire",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\/wire$/ }, () => ({ path: "wire", namespace: "wire" }));
          onLoad({ filter: /.*/, namespace: "wire" }, async () => ({
            contents: `${rewrite(await sourceOfSchemas())}\nexport { ${REVISIONS.join(", ")} };`,
            resolveDir: SDK,
          }));
        },
      },
    ],
  });
  const [bundle] = outputFiles;
  const contents = bundle?.text.replaceAll('"zod/v4"', JSON.stringify(import.meta.resolve("zod/v4")));
  return import(`data:text/javascript,${encodeURIComponent(contents ?? "")}`);
}

async function sourceOfSchemas(): Promise<string> {
  const index = await readFile(join(SDK, "index.mjs"), "utf8");
  const [, name = ""] = /from "\.\/(src-[\w-]+\.mjs)"/.exec(index) ?? [];
  return readFile(join(SDK, name), "utf8");
}

/** Each schema by its name, those in tables too. */
const schemasOf = (schemas: Schemas, keys: readonly string[]): ReadonlyMap<string, z.ZodType> =>
  new Map(
    keys.flatMap((key) => {
      const value = schemas[key];
      if (value === undefined) throw new Error(`${key} is not there.`);
      if (value instanceof z.ZodType) return [[key, value] as const];
      return Object.keys(value).map((method) => [`${key} ${method}`, value[method] as z.ZodType] as const);
    }),
  );

const described = (schemas: ReadonlyMap<string, z.ZodType>): Record<string, unknown> =>
  Object.fromEntries(
    [...schemas].map(([key, schema]) => [key, z.toJSONSchema(schema, { unrepresentable: "any", io: "input" })]),
  );

describe.each(REVISIONS)("%s of the installed SDK, made lazy", async (revision) => {
  const [original, lazy] = await Promise.all([
    loadBuilders((source) => source),
    loadBuilders((source) => withLazyWireSchemas(source)),
  ]);
  const keys = Object.keys(lazy[revision]());

  test("is another function, with fewer schemas", () => {
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.length).toBeLessThan(Object.keys(original[revision]()).length);
  });

  test("has the same schemas", () => {
    expect(described(schemasOf(lazy[revision](), keys))).toEqual(described(schemasOf(original[revision](), keys)));
  });

  test("keeps them all where one could be read by another means than its name", async () => {
    const readable =
      '\nexport const all = () => { const s = buildSchemas2025(); return [buildSchemas2026(), s["x"]]; };\n';
    const whole = await loadBuilders((source) => withLazyWireSchemas(source + readable));
    expect(Object.keys(whole[revision]())).toEqual(Object.keys(original[revision]()));
  });

  test("makes each schema once", () => {
    const first = schemasOf(lazy[revision](), keys);
    for (const [key, schema] of schemasOf(lazy[revision](), keys)) expect(schema, key).toBe(first.get(key));
  });
});

test("leaves a module alone whose functions are not those that are known", () => {
  for (const source of [
    "function build() {\n\tlet count = 0;\n\treturn {\n\t\tcount\n\t};\n}\n",
    "function build() {\n\tconst a = 1;\n}\n",
    "function other() {\n\tconst a = 1;\n\treturn {\n\t\ta\n\t};\n}\n",
  ]) {
    expect(withLazyWireSchemas(source)).toBe(source);
  }
});
