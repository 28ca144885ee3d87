import { describe, expect, test } from "vitest";
import { type Body, bodies, parseModule, record } from "./hcl/parsed-module.ts";
import { satisfies } from "./hcl/version-constraint.ts";
import { MODULES, type Module, templateFolder } from "./run/working-copy.ts";
import { ALLOWED_VALUES } from "./schema-source/allowed-values.ts";
import { PROVIDER_PACKAGES, WRITTEN_BY_HAND } from "./schema-source/packages.ts";
import { SENSITIVE_ATTRIBUTES } from "./schema-source/sensitive-attributes.ts";
import { usedTypes } from "./schema-source/used-types.ts";
import { type BlockSchema, readSlices } from "./schemas/slice.ts";

const slices = readSlices();
const used = usedTypes(new URL("../../templates/", import.meta.url));
const allResources: Readonly<Record<string, BlockSchema>> = Object.assign(
  {},
  ...[...slices.values()].map(({ resources }) => resources),
);

async function settingsOf(module: Module): Promise<Body> {
  const { settings } = await parseModule(templateFolder(module));
  return settings[0] ?? {};
}

test("there is a slice of each provider that the templates use, and of no other", () => {
  expect([...slices.keys()].toSorted()).toEqual([...used.keys()].toSorted());
});

describe.for([...slices])("the slice of %s", ([name, slice]) => {
  test("holds each type that the templates use, and no other", () => {
    const types = used.get(name);
    expect(Object.keys(slice.resources).toSorted()).toEqual([...(types?.resources ?? [])].toSorted());
    expect(Object.keys(slice.dataSources).toSorted()).toEqual([...(types?.dataSources ?? [])].toSorted());
  });

  test("says where it is from", () => {
    expect(slice.provider).toMatch(new RegExp(`^registry\\.terraform\\.io/[\\w-]+/${name}$`));
    expect(slice.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(slice.packages).toEqual(WRITTEN_BY_HAND.includes(name) ? [] : [PROVIDER_PACKAGES[name]]);
  });
});

describe.for(MODULES)("templates/%s", (module) => {
  test("runs in every Terraform and OpenTofu from 1.9", async () => {
    expect((await settingsOf(module)).required_version).toBe(">= 1.9, < 2.0");
  });

  // Terraform takes a provider that it is told of by TF_REATTACH_PROVIDERS, whatever its version.
  test("asks for providers of which the slices are one, and for no major version that is not out yet", async () => {
    const { required_providers } = await settingsOf(module);
    const asked = bodies(required_providers).flatMap((body) => Object.entries(body));
    expect(asked.length).toBeGreaterThan(0);
    for (const [name, value] of asked) {
      const { source, version } = record(value);
      const slice = slices.get(name);
      expect(`registry.terraform.io/${source}`.toLowerCase()).toBe(slice?.provider);
      expect(`${name} ${version}: ${satisfies(slice?.version ?? "", String(version))}`).toBe(
        `${name} ${version}: true`,
      );
      expect(`${name} ${version}`).toMatch(/^[\w-]+ >= \d+\.\d+, < \d+\.0$/);
    }
  });
});

describe("the values that are listed by hand", () => {
  test.for(Object.keys(ALLOWED_VALUES))("%s is in its slice, and set by a template", async (path) => {
    const [type = "", ...names] = path.split(".");
    const last = names.pop() ?? "";
    const block = names.reduce<BlockSchema | undefined>((one, name) => one?.blocks[name]?.block, allResources[type]);
    expect(block?.attributes[last]?.values).toEqual(ALLOWED_VALUES[path]);
    const modules = await Promise.all(MODULES.map((module) => parseModule(templateFolder(module))));
    const resources = modules
      .flatMap(({ declared }) => declared)
      .filter(({ kind, type: its }) => kind === "resource" && its === type);
    expect(resources.some(({ body }) => isSet(body, [...names, last]))).toBe(true);
  });
});

test("the attributes that are listed as sensitive are in the slices", () => {
  const told = Object.entries(allResources).flatMap(([type, { attributes }]) =>
    Object.entries(attributes).flatMap(([name, { sensitive }]) => (sensitive ? [`${type}.${name}`] : [])),
  );
  expect(told.filter((path) => !path.startsWith("azapi_"))).toEqual(SENSITIVE_ATTRIBUTES);
});

function isSet(body: Body, [name = "", ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return name in body;
  const repeated = bodies(record(body.dynamic)[name]).flatMap(({ content }) => bodies(content));
  return [...bodies(body[name]), ...repeated].some((inner) => isSet(inner, rest));
}
