import type { AttributeSchema, BlockSchema, HclType, NestedBlockSchema } from "../schemas/slice.ts";
import { type DocumentedProperty, documentedInterfaces } from "./documented-facts.ts";
import {
  type GeneratedClass,
  generatedClasses,
  structBodies,
  type WritableEntry,
  writableEntries,
} from "./generated-class.ts";
import { attributeFlags, readOnlyAttributes } from "./read-only.ts";

/** Everything that the code generated for one resource, data source or provider says. */
interface Generated {
  readonly structs: ReadonlyMap<string, string>;
  readonly classes: readonly GeneratedClass[];
  readonly interfaces: ReadonlyMap<string, ReadonlyMap<string, DocumentedProperty>>;
}

const ROOTS = ["TerraformResource", "TerraformDataSource", "TerraformProvider"];

/** The schema of the one resource, data source or provider whose generated code this is. */
export function typeSchema(javascript: string, declarations: string): BlockSchema {
  const generated: Generated = {
    structs: structBodies(javascript),
    classes: generatedClasses(javascript),
    interfaces: documentedInterfaces(declarations),
  };
  const root = generated.classes.find(({ base }) => ROOTS.includes(base));
  if (!root) throw new Error("The generated code holds no resource, data source or provider; is it of another kind?");
  const written = root.body.slice(root.body.indexOf("synthesizeHclAttributes()"));
  const block = blockSchema(generated, writableEntries(written), `${root.name}Config`, root.body);
  return root.base === "TerraformProvider" ? providerConfiguration(block) : withComputedId(block);
}

/** Nothing of a provider's configuration is computed, and `alias` is Terraform's own. */
function providerConfiguration({ attributes: { alias, ...attributes }, blocks }: BlockSchema): BlockSchema {
  const plain = Object.entries(attributes).map(([name, { computed, ...rest }]) => [name, rest]);
  return { attributes: Object.fromEntries(plain), blocks };
}

/** The older SDK adds `id` to every type, and the generated flags of it are not reliable. */
function withComputedId({ attributes: { id, ...attributes }, blocks }: BlockSchema): BlockSchema {
  return { attributes: id ? { ...attributes, id: COMPUTED_ID } : attributes, blocks };
}

const COMPUTED_ID: AttributeSchema = { type: "string", optional: true, computed: true };

function blockSchema(
  generated: Generated,
  entries: readonly WritableEntry[],
  interfaceName: string,
  classBody: string,
): BlockSchema {
  const attributes: Record<string, AttributeSchema> = {};
  const blocks: Record<string, NestedBlockSchema> = {};
  const flags = attributeFlags(classBody);
  for (const entry of entries) {
    const documented = generated.interfaces.get(interfaceName)?.get(entry.property);
    const required = documented?.required ?? false;
    if (entry.isBlock) {
      blocks[entry.name] = nestedBlock(generated, entry, required);
      continue;
    }
    attributes[entry.name] = {
      type: attributeType(generated, entry),
      ...(required ? { required: true } : { optional: true }),
      // Where the flags are not told, the provider may be the one who sets it.
      ...(!required && (flags.get(entry.name)?.computed ?? true) && { computed: true }),
      ...(documented?.values && { values: documented.values }),
    };
  }
  const writable = new Set(entries.map(({ name }) => name));
  for (const [name, type] of readOnlyAttributes(classBody, generated.classes)) {
    if (!writable.has(name)) attributes[name] = { type, computed: true };
  }
  return { attributes, blocks };
}

function nestedBlock(generated: Generated, entry: WritableEntry, required: boolean): NestedBlockSchema {
  const block = structSchema(generated, entry);
  if (entry.kind === "struct") return { nesting: "SINGLE", min: 0, max: 0, block };
  return {
    nesting: entry.kind === "set" ? "SET" : "LIST",
    min: required ? 1 : 0,
    max: entry.repeated ? 0 : 1,
    block,
  };
}

function structSchema(generated: Generated, { struct = "" }: WritableEntry): BlockSchema {
  const body = generated.structs.get(struct);
  if (body === undefined) throw new Error(`The generated code has no struct "${struct}"; has its generator changed?`);
  const name = `${struct.charAt(0).toUpperCase()}${struct.slice(1)}`;
  const reference = generated.classes.find((one) => one.name === `${name}OutputReference`);
  return blockSchema(generated, writableEntries(body), name, reference?.body ?? "");
}

const SCALARS: Readonly<Record<string, HclType>> = {
  string: "string",
  number: "number",
  boolean: "bool",
  any: "dynamic",
};

function attributeType(generated: Generated, entry: WritableEntry): HclType {
  const { kind, storage } = entry;
  const collection = kind === "set" || kind === "map" ? kind : "list";
  if (entry.struct) {
    const { attributes } = structSchema(generated, entry);
    const fields = Object.entries(attributes).map(([name, { type }]): [string, HclType] => [name, type]);
    return [collection, ["object", Object.fromEntries(fields)]];
  }
  const [, element = "", suffixes = ""] = /^([a-z]+)((?:List|Map)*)$/.exec(storage) ?? [];
  const scalar = SCALARS[element];
  if (!scalar) throw new Error(`The generated code has the unknown storage "${storage}"; has its generator changed?`);
  const wrappers = [...suffixes.matchAll(/List|Map/g)].map(([one]) => (one === "List" ? "list" : "map"));
  // `stringMapList` is a list of maps: the first suffix is the innermost.
  const type = wrappers.reduce<HclType>((inner, wrapper) => [wrapper, inner], scalar);
  return Array.isArray(type) && type[0] === "list" && kind === "set" ? ["set", type[1]] : type;
}
