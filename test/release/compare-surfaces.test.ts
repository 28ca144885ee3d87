import { expect, test } from "vitest";
import { compareSurfaces } from "../../cli/release/surface/compare-surfaces.ts";
import type { Surface } from "../../cli/release/surface/surface.ts";

const object = (properties: object, required: string[] = []) => ({ type: "object", properties, required });
const text = { type: "string" };
const surface = (input: unknown, output?: unknown, more: Partial<Surface> = {}): Surface => ({
  tools: { add: { input, output } },
  prompts: {},
  scopes: [],
  ...more,
});

test.each<[string, Surface, Surface, string[]]>([
  ["nothing", surface(object({ a: text })), surface(object({ a: text })), []],
  ["a description", surface(object({ a: text })), surface(object({ a: { ...text, description: "A" } })), []],
  [
    "a tool more",
    surface(object({})),
    {
      ...surface(object({})),
      tools: { add: { input: object({}), output: undefined }, b: { input: {}, output: undefined } },
    },
    ["changes tool b is new"],
  ],
  ["a tool less", surface(object({})), { tools: {}, prompts: {}, scopes: [] }, ["breaks tool add is gone"]],
  [
    "a prompt less",
    surface(object({}), undefined, { prompts: { p: object({}) } }),
    surface(object({})),
    ["breaks prompt p is gone"],
  ],
  [
    "a scope more",
    surface(object({})),
    surface(object({}), undefined, { scopes: ["s"] }),
    ["breaks scope s is asked for, which tokens so far need not have"],
  ],
  ["an argument more", surface(object({})), surface(object({ a: text })), ["changes tool add: argument a is new"]],
  [
    "a required argument more",
    surface(object({})),
    surface(object({ a: text }, ["a"])),
    ["breaks tool add: argument a is new and required"],
  ],
  ["an argument less", surface(object({ a: text })), surface(object({})), ["breaks tool add: argument a is gone"]],
  [
    "an argument that is required now",
    surface(object({ a: text })),
    surface(object({ a: text }, ["a"])),
    ["breaks tool add: argument a is required now"],
  ],
  [
    "an argument that is optional now",
    surface(object({ a: text }, ["a"])),
    surface(object({ a: text })),
    ["changes tool add: argument a is optional now"],
  ],
  [
    "another type",
    surface(object({ a: text })),
    surface(object({ a: { type: "number" } })),
    ['breaks tool add: argument a is "number", and was "string"'],
  ],
  [
    "a value less",
    surface(object({ a: { enum: ["x", "y"] } })),
    surface(object({ a: { enum: ["x"] } })),
    ['breaks tool add: argument a no longer takes "y"'],
  ],
  [
    "a value more",
    surface(object({ a: { enum: ["x"] } })),
    surface(object({ a: { enum: ["x", "y"] } })),
    ['changes tool add: argument a takes "y"'],
  ],
  [
    "another rule",
    surface(object({ a: { ...text, maxLength: 9 } })),
    surface(object({ a: { ...text, maxLength: 8 } })),
    ["breaks tool add: argument a has other rules"],
  ],
  [
    "other items",
    surface(object({ a: { type: "array", items: text } })),
    surface(object({ a: { type: "array", items: { type: "number" } } })),
    ['breaks tool add: argument a item is "number", and was "string"'],
  ],
  [
    "a first result schema",
    surface(object({})),
    surface(object({}), object({ r: text })),
    ["changes tool add: result has a schema now"],
  ],
  [
    "a result less",
    surface(object({}), object({ r: text })),
    surface(object({}), object({})),
    ["breaks tool add: result r is gone"],
  ],
  [
    "a result that may be missing now",
    surface(object({}), object({ r: text }, ["r"])),
    surface(object({}), object({ r: text })),
    ["breaks tool add: result r is optional now"],
  ],
  [
    "a result with a new value",
    surface(object({}), object({ r: { enum: ["x"] } })),
    surface(object({}), object({ r: { enum: ["x", "y"] } })),
    ['breaks tool add: result r may be "y"'],
  ],
  [
    "a description in one of several schemas, and another order",
    surface(object({ a: { anyOf: [{ ...text, description: "A" }, { type: ["null", "number"] }] } })),
    surface(object({ a: { anyOf: [text, { type: ["number", "null"] }], title: "B" } })),
    [],
  ],
  [
    "an argument less that is called as a note, in one of several schemas",
    surface(object({ a: { anyOf: [object({ title: text, default: text })] } })),
    surface(object({ a: { anyOf: [object({ default: text })] } })),
    ["breaks tool add: argument a has other rules"],
  ],
  [
    "an argument called as a note, with which one more is required",
    surface(object({ a: { dependentRequired: { title: ["x"] } } })),
    surface(object({ a: { dependentRequired: { title: ["x", "y"] } } })),
    ["breaks tool add: argument a has other rules"],
  ],
  [
    "an argument more that every object inherits",
    surface(object({})),
    surface(object({ constructor: text })),
    ["changes tool add: argument constructor is new"],
  ],
  [
    "a tool less that every object inherits",
    { ...surface(object({})), tools: { toString: { input: object({}), output: undefined } } },
    { ...surface(object({})), tools: {} },
    ["breaks tool toString is gone"],
  ],
  [
    "a result whose values are not listed any more",
    surface(object({}), object({ r: { enum: ["x"] } })),
    surface(object({}), object({ r: {} })),
    ["breaks tool add: result r has no list of values now"],
  ],
  [
    "an argument of a prompt more, and one that is required now",
    surface(object({}), undefined, { prompts: { p: object({ a: {} }) } }),
    surface(object({}), undefined, { prompts: { p: object({ a: {}, b: {} }, ["a"]) } }),
    ["breaks prompt p: argument a is required now", "changes prompt p: argument b is new"],
  ],
])("%s", (_what, before, after, expected) => {
  const told = compareSurfaces(before, after).map(({ what, breaking }) => `${breaking ? "breaks" : "changes"} ${what}`);
  expect(told).toEqual(expected);
});
