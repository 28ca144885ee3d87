import type { BlockSchema } from "../schemas/slice.ts";
import { closest } from "./closest.ts";
import type { Declared } from "./parsed-module.ts";
import { referencesIn } from "./references.ts";

/**
 * References to what is not declared, or to what it does not have; and variables and locals that nothing refers to.
 *
 * @param schemaOf The schema of a resource or data source, where one is known.
 */
export function referenceFindings(
  declared: readonly Declared[],
  schemaOf: (one: Declared) => BlockSchema | undefined,
): string[] {
  const byAddress = new Map(declared.map((one) => [one.address, one]));
  const used = new Set<string>();
  const findings = declared.flatMap(({ file, address: place, body }) =>
    referencesIn(body).flatMap(({ address, attribute, indexed }) => {
      used.add(address);
      const target = byAddress.get(address);
      if (!target)
        return [
          `${file}: ${place} refers to ${address}, which is not declared${closest(address, [...byAddress.keys()])}.`,
        ];
      if (attribute === undefined) return [];
      if (!indexed && ("count" in target.body || "for_each" in target.body) && target.kind !== "local") {
        return [
          `${file}: ${place} refers to ${address}.${attribute}, but there are several of it: an index is missing.`,
        ];
      }
      const schema = schemaOf(target);
      if (!schema || attribute in schema.attributes || attribute in schema.blocks) return [];
      return [
        `${file}: ${place} refers to ${address}.${attribute}, which it does not have${closest(attribute, Object.keys(schema.attributes))}.`,
      ];
    }),
  );
  const unused = declared.filter(
    ({ kind, address }) => (kind === "variable" || kind === "local") && !used.has(address),
  );
  return [
    ...findings,
    ...unused.map(({ file, address }) => `${file}: ${address} is declared, but nothing refers to it.`),
  ];
}
