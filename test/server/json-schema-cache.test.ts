import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import * as z from "zod/v4";
import { extractDefs, finalize, initializeContext, processSchema } from "zod/v4/core";
import { cacheConversion } from "../../src/server/json-schema-cache.ts";

type Io = "input" | "output";

const TARGET = "draft-2020-12";

/** zod's own conversion, behind the cache as in a bundle, and how often zod converted. */
function cached(schema: z.ZodType, io: Io = "input") {
  let conversions = 0;
  const convert = cacheConversion((params) => {
    conversions++;
    const ctx = initializeContext({ ...(params?.libraryOptions ?? {}), target: TARGET, io, processors: {} });
    processSchema(schema, ctx);
    extractDefs(ctx, schema);
    return { json: finalize(ctx, schema), seen: ctx.seen, metadataRegistry: ctx.metadataRegistry };
  });
  return { convert: () => convert({ target: TARGET }), convertWith: convert, conversions: () => conversions };
}

const fresh = (schema: z.ZodType, io: Io = "input"): object => z.toJSONSchema(schema, { target: TARGET, io });

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "an object": z.object({ text: z.string().min(2).describe("text"), count: z.int().positive().optional() }),
  "a union": z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), list: z.array(z.tuple([z.string(), z.number()])) }),
    z.object({ kind: z.literal("b"), when: z.iso.datetime().nullable() }),
  ]),
  defaults: z.object({ a: z.number().default(3), b: z.array(z.string()).prefault(["x"]), c: z.string().default("y") }),
  definitions: z.object({ one: z.string().meta({ id: "cached_text", examples: ["a"] }), two: z.enum(["x", "y"]) }),
  pipes: z.strictObject({ a: z.string().pipe(z.string()), b: z.record(z.string(), z.unknown()).readonly() }),
  "a recursive object": z.object({
    get children() {
      return z.array(z.object({ name: z.string() }));
    },
  }),
  "a name that objects inherit": z.object({ ["__proto__"]: z.object({ a: z.string() }) }),
};

describe.each(Object.entries(SCHEMAS))("%s", (_title, schema) => {
  test.each<Io>(["input", "output"])("is converted once, with the same result each time (%s)", (io) => {
    const { convert, conversions } = cached(schema, io);
    const results = [convert(), convert(), convert()];
    for (const result of results) {
      expect(JSON.stringify(result)).toBe(JSON.stringify(fresh(schema, io)));
      expect(Object.getOwnPropertyDescriptor(result, "~standard")).toMatchObject({
        enumerable: false,
        writable: false,
      });
    }
    expect(conversions()).toBe(1);
  });
});

test("each caller gets a result of its own", () => {
  const schema = z.object({ tags: z.array(z.enum(["a", "b"])), more: z.object({ text: z.string() }) });
  const { convert, conversions } = cached(schema);
  for (let call = 0; call < 3; call++) spoil(convert());
  expect(convert()).toEqual(fresh(schema));
  expect(conversions()).toBe(1);
});

/** Changes every object and list in a value. */
function spoil(value: object): void {
  for (const member of Object.values(value)) if (typeof member === "object" && member !== null) spoil(member);
  if (Array.isArray(value)) value.push("spoiled");
  else Object.assign(value, { type: "spoiled", spoiled: true });
}

describe("a conversion is repeated", () => {
  test.each<["default" | "prefault"]>([["default"], ["prefault"]])(
    "when the function of a %s answers otherwise",
    (kind) => {
      const callers = new AsyncLocalStorage<string>();
      const { convert } = cached(z.object({ name: z.string()[kind](() => callers.getStore() ?? "nobody") }));
      const nameFor = (caller: string): unknown => callers.run(caller, () => JSON.stringify(convert()));
      expect([nameFor("ada"), nameFor("ada"), nameFor("bob")].map((text) => /ada|bob/.exec(String(text))?.[0])).toEqual(
        ["ada", "ada", "bob"],
      );
    },
  );

  test("when a list that is a default has changed", () => {
    const list = ["a"];
    const { convert } = cached(z.object({ list: z.array(z.string()).default(() => list) }));
    convert();
    list.push("b");
    expect(convert()).toMatchObject({ properties: { list: { default: ["a", "b"] } } });
  });

  test("when metadata is registered, changed in place or removed", () => {
    const text = z.string();
    const schema = z.object({ text });
    const { convert } = cached(schema);
    const changes = [
      () => z.globalRegistry.add(text, { description: "one" }),
      () => Object.assign(z.globalRegistry.get(text) ?? {}, { description: "two" }),
      () => Object.assign(z.globalRegistry.get(text) ?? {}, { title: "three" }),
      () => z.globalRegistry.remove(text),
    ];
    convert();
    const seen = changes.map((change) => {
      change();
      expect(convert()).toEqual(fresh(schema));
      return JSON.stringify(convert());
    });
    expect(new Set(seen).size).toBe(changes.length);
  });

  test("when metadata of the schema that one is derived from changes", () => {
    const parent = z.string();
    const schema = z.object({ text: parent.min(2) });
    const { convert } = cached(schema);
    convert();
    z.globalRegistry.add(parent, { description: "of the parent" });
    expect(convert()).toEqual(fresh(schema));
  });

  test.each<[string, z.ZodType]>([
    ["lazy", z.object({ a: z.lazy(() => z.string()) })],
    ["catch", z.object({ a: z.string().catch(() => "caught") })],
  ])("each time for %s, which calls a function of the user's", (_type, schema) => {
    const { convert, conversions } = cached(schema);
    expect([convert(), convert()]).toEqual([fresh(schema), fresh(schema)]);
    expect(conversions()).toBe(2);
  });

  test("each time for a schema that converts itself", () => {
    const text = z.string();
    text._zod.toJSONSchema = () => ({ type: "string", title: "own" });
    const { convert, conversions } = cached(z.object({ text }));
    expect([convert(), convert()]).toMatchObject(Array(2).fill({ properties: { text: { title: "own" } } }));
    expect(conversions()).toBe(2);
  });

  test("for another target, and with options of zod's", () => {
    const { convertWith, conversions } = cached(z.object({ a: z.string() }));
    const target = TARGET;
    for (const params of [{ target }, { target: "draft-07" }, { target, libraryOptions: {} }]) convertWith(params);
    expect(conversions()).toBe(3);
  });
});

test("a schema that zod cannot convert fails each time", () => {
  const { convert } = cached(z.object({ when: z.date() }));
  expect(convert).toThrow("Date cannot be represented");
  expect(convert).toThrow("Date cannot be represented");
});
