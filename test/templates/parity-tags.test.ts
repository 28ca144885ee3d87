import { beforeAll, expect, test } from "vitest";
import { type Declared, record } from "./hcl/parsed-module.ts";
import { type Faces, readFaces } from "./parity-modules.ts";
import { MODULES, type Module } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

let faces: Faces;
beforeAll(async () => {
  faces = await readFaces();
});

/** As the parser writes an expression. */
const expression = (hcl: string): string => `\${${hcl}}`;
const TAGS = expression("local.tags");

/** The arguments that take tags, by what the names of its types begin with. A module has no say in what providers add. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  aws_: ["tags"],
  azurerm_: ["tags"],
  azapi_: ["tags"],
  google_: ["labels", "user_labels"],
};

const of = (module: Module, kind: Declared["kind"]): Declared[] =>
  faces[module].declared.filter((declared) => declared.kind === kind);

test("each module makes its tags in the same way", () => {
  for (const module of MODULES) {
    const [tags] = of(module, "local").filter(({ address }) => address === "local.tags");
    expect(tags?.body.value).toBe(expression('merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)'));
  }
});

test("all resources are given them, each that takes some", () => {
  const schemas = Object.assign({}, ...[...readSlices().values()].map(({ resources }) => resources)) as Record<
    string,
    { attributes: Record<string, { optional?: true }> }
  >;
  // Parts of a storage account or of a service of API Management have the tags of the whole.
  const parts = ["sessions", "backend", "pool"].map((name) => `azapi_resource.${name}`);
  const isTagged = (address: string): boolean => !parts.includes(address);
  const taking = MODULES.flatMap((module) => of(module, "resource"))
    .filter(({ address }) => isTagged(address))
    .flatMap(({ type, address, body }) => {
      const [, names = []] = Object.entries(ARGUMENTS).find(([start]) => type.startsWith(start)) ?? [];
      const taken = names.filter((name) => schemas[type]?.attributes[name]?.optional);
      return taken.map((name) => ({ address: `${address}.${name}`, tags: record(body)[name] }));
    });
  expect(taking.length).toBeGreaterThan(30);
  expect(taking.filter(({ tags }) => tags !== TAGS).map(({ address }) => address)).toEqual([]);
});
