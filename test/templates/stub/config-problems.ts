import type { BlockSchema } from "../schemas/slice.ts";
import { UNKNOWN, type WireValue } from "./wire-values.ts";

type Step = { readonly attribute_name: string } | { readonly element_key_int: number };

/** One error, as the plugin protocol has it. */
export interface ConfigProblem {
  readonly severity: "ERROR";
  readonly summary: string;
  readonly detail: string;
  readonly attribute: { readonly steps: readonly Step[] };
}

/**
 * Checks what Terraform leaves to providers: that read-only attributes are not set, and that values are among those that
 * the documentation allows. Unlike in the HCL check, expressions are evaluated here.
 */
export function configProblems(schema: BlockSchema, config: WireValue, path: readonly Step[] = []): ConfigProblem[] {
  if (config === null || typeof config !== "object" || Array.isArray(config)) return [];
  const given = config as Readonly<Record<string, WireValue>>;
  const problem = (name: string, summary: string, detail: string): ConfigProblem => ({
    severity: "ERROR",
    summary,
    detail,
    attribute: { steps: [...path, { attribute_name: name }] },
  });
  const ofAttributes = Object.entries(schema.attributes).flatMap(([name, { optional, required, values }]) => {
    const value = given[name];
    if (value === null || value === undefined) return [];
    if (!optional && !required) {
      return [problem(name, "Read-only attribute", `"${name}" is decided by the provider and cannot be set.`)];
    }
    if (!values || value === UNKNOWN) return [];
    const wrong = [value].flat().filter((one) => typeof one === "string" && one !== "" && !values.includes(one));
    return wrong.map((one) =>
      problem(name, "Value not allowed", `"${name}" is ${JSON.stringify(one)}, which is none of ${values.join(", ")}.`),
    );
  });
  const ofBlocks = Object.entries(schema.blocks).flatMap(([name, { block, nesting }]) => {
    const value = given[name] ?? null;
    const step = { attribute_name: name };
    if (!Array.isArray(value)) return configProblems(block, value, [...path, step]);
    // An element of a set has no name but its value: the path then ends at the set.
    return value.flatMap((one, index) =>
      configProblems(block, one, nesting === "SET" ? [...path, step] : [...path, step, { element_key_int: index }]),
    );
  });
  return [...ofAttributes, ...ofBlocks];
}
