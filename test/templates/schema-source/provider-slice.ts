import type { AttributeSchema, BlockSchema, NestedBlockSchema, ProviderSlice } from "../schemas/slice.ts";
import { ALLOWED_VALUES } from "./allowed-values.ts";
import type { OpenPackage } from "./packages.ts";
import { SENSITIVE_ATTRIBUTES } from "./sensitive-attributes.ts";
import { typeSchema } from "./type-schema.ts";
import type { UsedTypes } from "./used-types.ts";

/** Reads what the templates use of one provider. */
export function providerSlice(source: OpenPackage, specifier: string, used: UsedTypes): ProviderSlice {
  const { provider } = source.manifest.cdktf;
  const resources = [...used.resources].sort();
  const dataSources = [...used.dataSources].sort();
  source.unpack(["lib/provider", ...resources.flatMap(resourceFolders), ...dataSources.flatMap(dataFolders)]);

  const schemaOf = (subject: string, folders: readonly string[]): BlockSchema => {
    for (const folder of folders) {
      const javascript = source.text(folder, ".js");
      if (javascript === undefined) continue;
      return withWrittenFacts(subject, typeSchema(javascript, source.text(folder, ".d.ts") ?? ""));
    }
    throw new Error(`${specifier} has no ${subject}; is it spelt right, and does it exist in ${provider.version}?`);
  };
  return {
    provider: provider.name,
    version: provider.version,
    packages: [specifier],
    configuration: schemaOf("provider", ["lib/provider"]),
    resources: Object.fromEntries(resources.map((type) => [type, schemaOf(type, resourceFolders(type))])),
    dataSources: Object.fromEntries(dataSources.map((type) => [type, schemaOf(`data ${type}`, dataFolders(type))])),
  };
}

/** Adds what the package does not tell. */
function withWrittenFacts(place: string, { attributes, blocks }: BlockSchema): BlockSchema {
  const told = Object.entries(attributes).map(([name, attribute]): [string, AttributeSchema] => {
    const path = `${place}.${name}`;
    const values = ALLOWED_VALUES[path];
    const sensitive = SENSITIVE_ATTRIBUTES.includes(path);
    return [name, { ...attribute, ...(values && { values }), ...(sensitive && { sensitive }) }];
  });
  const nested = Object.entries(blocks).map(([name, one]): [string, NestedBlockSchema] => [
    name,
    { ...one, block: withWrittenFacts(`${place}.${name}`, one.block) },
  ]);
  return { attributes: Object.fromEntries(told), blocks: Object.fromEntries(nested) };
}

// The generator drops the provider's name from folders, but for data sources, where it leads.
function resourceFolders(type: string): string[] {
  const short = type.slice(type.indexOf("_") + 1).replaceAll("_", "-");
  return [`lib/${short}`, `lib/${short}-resource`, `lib/${type.replaceAll("_", "-")}`];
}

const dataFolders = (type: string): string[] => [`lib/data-${type.replaceAll("_", "-")}`];
