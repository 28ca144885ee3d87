import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import * as z from "zod/v4";
import { elicitationSchemas, findSchemas, withLazyElicitation } from "../cli/build/plugins/sdk/lazy-elicitation.ts";
import { withPureSchemas } from "../cli/build/plugins/sdk/unused-schemas.ts";

const SDK = join(import.meta.dirname, "..", "node_modules", "@modelcontextprotocol", "server", "dist");

interface Elicitation {
  normalizeElicitInputParams(input: object): object;
  /** How often the schema of a text field was made. */
  made(): number;
}

/** Counts when the schema of a text field is made. */
const counting = (source: string): string =>
  source.replace("const StringSchemaSchema = z.object({", "$& ...(globalThis.textFields.push(1), {}),");

async function load(isLazy: boolean): Promise<Elicitation> {
  const { outputFiles } = await build({
    stdin: { contents: 'export { normalizeElicitInputParams } from "./sdk";', resolveDir: SDK },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    external: ["zod/v4"],
    plugins: [
      {
        name: "sdk",
        setup(build) {
          build.onResolve({ filter: /^\.\/sdk$/ }, () => ({ path: "sdk", namespace: "sdk" }));
          build.onLoad({ filter: /.*/, namespace: "sdk" }, async () => {
            const { path, source } = await sdkModule();
            const schemas = await findSchemas(build, path);
            if (!schemas) throw new Error("The SDK's schemas were not found.");
            const code = isLazy ? withLazyElicitation(source, schemas) : source;
            return { contents: `${withPureSchemas(code)}\nexport { normalizeElicitInputParams };`, resolveDir: SDK };
          });
          build.onLoad({ filter: /[\\/]core[\\/]dist[\\/]schemas-/ }, async ({ path }) => {
            const source = counting(await readFile(path, "utf8"));
            return { contents: withPureSchemas(source) + elicitationSchemas(source), loader: "js" };
          });
        },
      },
    ],
  });
  const code = outputFiles[0]?.text.replaceAll('"zod/v4"', JSON.stringify(import.meta.resolve("zod/v4"))) ?? "";
  const textFields = `globalThis.${isLazy ? "lazy" : "original"}TextFields`;
  const counted = code.replaceAll("globalThis.textFields", `(${textFields} ??= [])`);
  return import(
    `data:text/javascript,${encodeURIComponent(`${counted}\nexport const made = () => (${textFields} ?? []).length;`)}`
  );
}

async function sdkModule(): Promise<{ readonly path: string; readonly source: string }> {
  const [, name = ""] = /from "\.\/(src-[\w-]+\.mjs)"/.exec(await readFile(join(SDK, "index.mjs"), "utf8")) ?? [];
  return { path: join(SDK, name), source: await readFile(join(SDK, name), "utf8") };
}

const FORMS: ReadonlyArray<readonly [title: string, requestedSchema: object]> = [
  ["plain JSON Schema", { type: "object", properties: { name: { type: "string" } } }],
  [
    "fields of every kind",
    z.object({ a: z.string().min(2), b: z.number().int(), c: z.boolean(), d: z.enum(["x", "y"]) }),
  ],
  ["formats", z.object({ mail: z.email(), at: z.iso.datetime() })],
  ["a list of choices", z.object({ choices: z.array(z.enum(["x", "y"])) })],
  ["what a form may not ask", z.object({ nested: z.object({ a: z.string() }) })],
  ["a constraint that no form has", z.object({ name: z.string().regex(/^a/) })],
];

describe("elicitation of the installed SDK, made lazy", async () => {
  const [original, lazy] = [await load(false), await load(true)];

  test("makes no schema before a server asks, and each once", () => {
    expect([original.made(), lazy.made()]).toEqual([1, 0]);
    const requestedSchema = z.object({ name: z.string() });
    for (let asked = 0; asked < 2; asked++) lazy.normalizeElicitInputParams({ message: "?", requestedSchema });
    expect(lazy.made()).toBe(1);
  });

  test.each(FORMS)("takes %s as before", (_title, requestedSchema) => {
    const outcomeOf = ({ normalizeElicitInputParams: normalize }: Elicitation): unknown => {
      try {
        return normalize({ message: "?", requestedSchema });
      } catch (error) {
        return String(error);
      }
    };
    expect(outcomeOf(lazy)).toEqual(outcomeOf(original));
  });
});

test("modules with other code stay as they are", () => {
  const source = "const StringSchemaSchema = z.object({});\n";
  expect(elicitationSchemas(source)).toBe("");
  expect(withLazyElicitation(source, { path: "/schemas.mjs", source })).toBe(source);
});
