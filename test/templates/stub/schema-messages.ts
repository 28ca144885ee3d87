import type { BlockSchema, ProviderSlice } from "../schemas/slice.ts";

/** A provider's whole schema, as the plugin protocol has it. */
export function providerSchemaMessage(slice: ProviderSlice): object {
  return {
    provider: schemaMessage(slice.configuration),
    resource_schemas: mapValues(slice.resources, schemaMessage),
    data_source_schemas: mapValues(slice.dataSources, schemaMessage),
  };
}

const mapValues = <In, Out>(record: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

const schemaMessage = (block: BlockSchema): object => ({ version: 0, block: blockMessage(block) });

function blockMessage({ attributes, blocks }: BlockSchema): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, required, optional, computed, sensitive }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      required: required ?? false,
      optional: optional ?? false,
      computed: computed ?? false,
      sensitive: sensitive ?? false,
    })),
    block_types: Object.entries(blocks).map(([type_name, { nesting, min, max, block }]) => ({
      type_name,
      nesting,
      min_items: min,
      max_items: max,
      block: blockMessage(block),
    })),
  };
}
