import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moduleFindings } from "./hcl/module-findings.ts";
import { satisfies } from "./hcl/version-constraint.ts";
import type { BlockSchema, ProviderSlice } from "./schemas/slice.ts";

const thing: BlockSchema = {
  attributes: {
    name: { type: "string", required: true },
    size: { type: "number", optional: true },
    mode: { type: "string", optional: true, values: ["fast", "slow"] },
    modes: { type: ["set", "string"], optional: true, values: ["fast", "slow"] },
    tags: { type: ["map", "string"], optional: true },
    rules: { type: ["list", ["object", { port: "number" }]], optional: true },
    body: { type: "dynamic", optional: true },
    arn: { type: "string", computed: true },
  },
  blocks: {
    part: {
      nesting: "LIST",
      min: 0,
      max: 1,
      block: { attributes: { label: { type: "string", required: true } }, blocks: {} },
    },
  },
};

const slices = new Map<string, ProviderSlice>([
  [
    "cloud",
    {
      provider: "registry.terraform.io/some/cloud",
      version: "1.0.0",
      packages: [],
      configuration: { attributes: { region: { type: "string", optional: true } }, blocks: {} },
      resources: { cloud_thing: thing },
      dataSources: {},
    },
  ],
]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-anycloud-hcl-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The findings in a module of one file, without the file's name. */
async function findingsIn(text: string): Promise<string[]> {
  writeFileSync(join(folder, "main.tf"), text);
  return (await moduleFindings(folder, slices)).map((finding) => finding.replace(/^main\.tf: /, ""));
}
const inThing = (lines: string, more = ""): Promise<string[]> =>
  findingsIn(`resource "cloud_thing" "one" {\n  name = "one"\n${lines}\n}\n${more}`);

describe("nothing is found", () => {
  test.for([
    ["in values that Terraform converts", 'size = "5"\ntags = { a = 1 }'],
    ["in expressions, whose values are not known", "size = length(path.module)\nmode = lower(path.module)"],
    ["in conditions that choose among what is allowed", 'mode = path.module == "?" ? "fast" : "slow"'],
    ["in blocks that are repeated", 'dynamic "part" {\nfor_each = [1]\ncontent {\nlabel = part.value\n}\n}'],
    [
      "in blocks that are repeated under another name",
      'dynamic "part" {\nfor_each = []\niterator = one_part\ncontent {\nlabel = one_part.key\n}\n}',
    ],
    ["in names that a loop makes", "tags = { for a_key, a_value in {} : a_key => a_value.inner }"],
    ["in what a text says", 'mode = "fast"\ntags = { said = "cloud_thing.other.arn $${var.nothing}" }'],
    ["in what Terraform takes everywhere", "count = 2\nlifecycle {\nignore_changes = [tags]\n}"],
    ["in lists of objects, and in what may be anything", "rules = [{ port = 80 }]\nbody = { any = [{ thing = 1 }] }"],
  ])("%s", async ([, lines = ""]) => {
    expect(await inThing(lines)).toEqual([]);
  });

  test("in references to each instance of what there are several of", async () => {
    const outputs =
      'output "all" {\n  value = [cloud_thing.one[0].arn, cloud_thing.one[*].arn, one(cloud_thing.one).arn]\n}\n';
    expect(await inThing("count = 2", outputs)).toEqual([]);
  });
});

describe("it is found that", () => {
  const one = "cloud_thing.one";
  test.for([
    [
      "a value is none of those that are allowed",
      'mode = "quick"',
      `${one}.mode is "quick", which is none of fast, slow.`,
    ],
    [
      "one of several values is not allowed",
      'modes = ["fast", "quick"]',
      `${one}.modes is "quick", which is none of fast, slow.`,
    ],
    [
      "a condition may choose what is not allowed",
      'mode = path.module == "a" ? "quick" : "slow"',
      `${one}.mode is "quick", which is none of fast, slow.`,
    ],
    [
      "a part of an object has another type",
      'rules = [{ port = "http" }]',
      `${one}.rules[0].port must be a number, but is "http".`,
    ],
    ["a list is given for a map", 'tags = ["a"]', `${one}.tags must be a map, but is ["a"].`],
    ["a map is given for a list", 'modes = { a = "fast" }', `${one}.modes must be a list, but is {"a":"fast"}.`],
    [
      "a block is there too often",
      'part {\nlabel = "a"\n}\npart {\nlabel = "b"\n}',
      `${one}.part is allowed 1 time, but is there 2 times.`,
    ],
    [
      "a repeated block lacks an argument",
      'dynamic "part" {\nfor_each = []\ncontent {}\n}',
      `${one}.part: the required argument "label" is missing.`,
    ],
    [
      "a repeated block is unknown",
      'dynamic "prat" {\nfor_each = []\ncontent {}\n}',
      `${one}: "prat" is no block of it (is "part" meant?).`,
    ],
    [
      "a text refers to what is not declared",
      `tags = { a = "of \${local.nothing}" }`,
      `${one} refers to local.nothing, which is not declared.`,
    ],
    [
      "an index refers to what is not declared",
      "tags = { a = cloud_thing.one[var.nothing].name }",
      `${one} refers to var.nothing, which is not declared.`,
    ],
  ])("%s", async ([, lines = "", finding]) => {
    expect(await inThing(lines)).toEqual([finding]);
  });

  test("an instance is not said where there are several", async () => {
    expect(await inThing("count = 2", 'output "arn" {\n  value = cloud_thing.one.arn\n}\n')).toEqual([
      `output.arn refers to ${one}.arn, but there are several of it: an index is missing.`,
    ]);
  });

  test("a type has no schema, a provider no such argument, and a variable no use", async () => {
    const text = 'resource "cloud_other" "one" {}\nprovider "cloud" {\n  zone = "a"\n}\nvariable "unused" {}\n';
    expect(await findingsIn(text)).toEqual([
      'cloud_other.one: its schema is not in test/templates/schemas; "npm run templates:schemas" adds it.',
      'provider.cloud: "zone" is no argument of it.',
      "var.unused is declared, but nothing refers to it.",
    ]);
  });
});

test("constraints on versions are read as Terraform does", () => {
  const held = (constraint: string): string[] =>
    ["6.9.9", "6.50.0", "8.10.0", "9.0.0"].filter((version) => satisfies(version, constraint));
  expect(held(">= 6.50, < 9.0")).toEqual(["6.50.0", "8.10.0"]);
  expect(held("< 6.50")).toEqual(["6.9.9"]);
  expect(() => satisfies("1.0.0", "~> 1.0")).toThrow('The constraint "~> 1.0" is neither ">= x" nor "< x"');
});
