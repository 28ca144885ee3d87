import { beforeAll, expect, test } from "vitest";
import { bodies, type Declared, record } from "./hcl/parsed-module.ts";
import { type Faces, readFaces } from "./parity-modules.ts";
import { CLOUDS, type Cloud } from "./run/working-copy.ts";
import { readSlices } from "./schemas/slice.ts";

let faces: Faces;
beforeAll(async () => {
  faces = await readFaces();
});

/** As the parser writes an expression. */
const expression = (hcl: string): string => `\${${hcl}}`;
const TAGS = expression("local.tags");

/** Providers that tag every resource by themselves, and the argument that names the tags. */
const BY_PROVIDER: Readonly<Record<string, (body: Declared["body"]) => unknown>> = {
  aws: ({ default_tags }) => bodies(default_tags)[0]?.tags,
  google: ({ default_labels }) => default_labels,
  "google-beta": ({ default_labels }) => default_labels,
};

/** Arguments that take tags and that no provider fills in by itself, by what the names of its types begin with. */
const BY_RESOURCE: Readonly<Record<string, string>> = { azurerm_: "tags", azapi_: "tags", google_: "user_labels" };

const of = (cloud: Cloud, kind: Declared["kind"]): Declared[] =>
  faces[cloud].declared.filter((declared) => declared.kind === kind);

test("each module makes its tags in the same way", () => {
  for (const cloud of CLOUDS) {
    const [tags] = of(cloud, "local").filter(({ address }) => address === "local.tags");
    expect(tags?.body.value).toBe(expression('merge({ mcp-server = var.name, part-of = "mcp-anycloud" }, var.tags)'));
  }
});

test.for(CLOUDS)("the providers of %s that put tags on everything are told the module's", (cloud) => {
  const told = of(cloud, "provider").flatMap(({ type, body }) =>
    BY_PROVIDER[type] ? [[type, BY_PROVIDER[type](body)]] : [],
  );
  const expected = { aws: ["aws"], azure: ["aws"], gcp: ["aws", "google", "google-beta"] }[cloud];
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected.map((provider) => [provider, TAGS])));
});

test("other resources are given them, each that takes some", () => {
  const schemas = Object.assign({}, ...[...readSlices().values()].map(({ resources }) => resources)) as Record<
    string,
    { attributes: Record<string, { optional?: true }> }
  >;
  const taking = CLOUDS.flatMap((cloud) => of(cloud, "resource")).flatMap(({ type, address, body }) => {
    const [, argument = ""] = Object.entries(BY_RESOURCE).find(([start]) => type.startsWith(start)) ?? [];
    return schemas[type]?.attributes[argument]?.optional ? [{ address, tags: record(body)[argument] }] : [];
  });
  expect(taking.length).toBeGreaterThan(10);
  expect(taking.filter(({ tags }) => tags !== TAGS).map(({ address }) => address)).toEqual([]);
});
