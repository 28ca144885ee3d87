/**
 * Reads the JavaScript that CDK for Terraform generated from a provider's schema. It is text to us and is never run:
 * every struct and class of it is written by one generator, always in the same shape.
 */

/** One entry of a generated `const attrs = {…}`: what can be written in HCL. */
export interface WritableEntry {
  readonly name: string;
  /** The property of the generated TypeScript interface: `billingMode` for `billing_mode`. */
  readonly property: string;
  readonly isBlock: boolean;
  /** `simple`, `list`, `set`, `map` or `struct`. */
  readonly kind: string;
  /** `string`, `booleanList`, or the name of a struct. */
  readonly storage: string;
  /** The function that writes one element of a nested struct, without its suffix; undefined for plain values. */
  readonly struct: string | undefined;
  /** True where the provider takes the block any number of times. */
  readonly repeated: boolean;
}

const ENTRY =
  /^\s+"?([\w-]+)"?: \{\n\s*value: (.*?),\n\s*isBlock: (true|false),\n\s*type: "(\w+)",\n\s*storageClassType: "(\w+)",?\n/gms;

/** The entries of the first `const attrs = {…}` in `source`. */
export function writableEntries(source: string): WritableEntry[] {
  const [, body = ""] = /const attrs = \{\n(.*?)\n\s*\};/s.exec(source) ?? [];
  return [...body.matchAll(ENTRY)].map(([, name = "", value = "", isBlock, kind = "", storage = ""]) => ({
    name,
    property: /(?:this\._|struct\.|struct!\.)(\w+)/.exec(value)?.[1] ?? name,
    isBlock: isBlock === "true",
    kind,
    storage,
    struct: /(?<![.\w])(\w+)ToHclTerraform/.exec(value)?.[1],
    repeated: value.includes("listMapperHcl"),
  }));
}

/** The body of each generated struct function, by the name without its suffix. */
export function structBodies(source: string): Map<string, string> {
  const bodies = source.matchAll(/^function (\w+)ToHclTerraform\(struct\) \{\n(.*?)^\}/gms);
  return new Map([...bodies].map(([, name = "", body = ""]) => [name, body]));
}

export interface GeneratedClass {
  readonly name: string;
  /** The class of CDK for Terraform that it extends, such as `TerraformResource`. */
  readonly base: string;
  readonly body: string;
}

export function generatedClasses(source: string): GeneratedClass[] {
  const classes = source.matchAll(/^class (\w+) extends cdkt[fn]\.(\w+) \{\n(.*?)^\}/gms);
  return [...classes].map(([, name = "", base = "", body = ""]) => ({ name, base, body }));
}
