import type { BlockSchema, NestedBlockSchema } from "../schemas/slice.ts";
import { exportedValues } from "./exported-values.ts";
import { known } from "./stand-ins.ts";
import { isSet, UNKNOWN, type Values, valuesOf, type WireValue } from "./wire-values.ts";

/** A provider's plan: the configured values, and unknown or previous values where the provider decides. */
export function planned(schema: BlockSchema, config: WireValue | undefined, prior?: WireValue): Values {
  const given = valuesOf(config);
  const before = valuesOf(prior);
  const attributes = Object.entries(schema.attributes).map(([name, { computed }]): [string, WireValue] => {
    const value = given[name];
    if (isSet(value)) return [name, value];
    if (!computed) return [name, null];
    return [name, isSet(prior) ? (before[name] ?? null) : UNKNOWN];
  });
  const blocks = Object.entries(schema.blocks).map(([name, nested]): [string, WireValue] => [
    name,
    eachBlock(nested, given[name], (block, value, index) => {
      const last = before[name];
      if (!Array.isArray(last)) return planned(block, value, last);
      return planned(block, value, nested.nesting === "SET" ? last.find((one) => isMadeOf(one, value)) : last[index]);
    }),
  ]);
  return Object.fromEntries([...attributes, ...blocks]);
}

/** Whether a value is what became of this configuration: elements of sets have no place by which to know them. */
function isMadeOf(value: WireValue | undefined, config: WireValue): boolean {
  if (!isSet(config) || config === UNKNOWN) return true;
  if (typeof config !== "object" || config instanceof Uint8Array) return value === config;
  if (!Array.isArray(config)) {
    const made = valuesOf(value);
    return Object.entries(valuesOf(config)).every(([name, one]) => isMadeOf(made[name], one));
  }
  return (
    Array.isArray(value) &&
    value.length === config.length &&
    config.every((one, index) => isMadeOf(value[index] as WireValue, one as WireValue))
  );
}

/** A plan after it was applied: every unknown value is replaced by a stand-in, always the same for the same seed. */
export function applied(schema: BlockSchema, plan: WireValue | undefined, seed: string): Values {
  const given = valuesOf(plan);
  const attributes = Object.entries(schema.attributes).map(([name, { type }]): [string, WireValue] => [
    name,
    name === "output" && given[name] === UNKNOWN
      ? exportedValues(given.response_export_values, seed)
      : known(given[name] ?? null, type, `${seed}.${name}`),
  ]);
  const blocks = Object.entries(schema.blocks).map(([name, nested]): [string, WireValue] => {
    if (given[name] === UNKNOWN) return [name, nested.nesting === "SINGLE" ? null : []];
    const fill = (block: BlockSchema, value: WireValue, index: number): Values =>
      applied(block, value, `${seed}.${name}.${index}`);
    return [name, eachBlock(nested, given[name], fill)];
  });
  return Object.fromEntries([...attributes, ...blocks]);
}

function eachBlock(
  { block }: NestedBlockSchema,
  value: WireValue | undefined,
  map: (block: BlockSchema, value: WireValue, index: number) => Values,
): WireValue {
  if (Array.isArray(value)) return value.map((one, index) => (one === UNKNOWN ? one : map(block, one, index)));
  return isSet(value) && value !== UNKNOWN ? map(block, value, 0) : (value ?? null);
}
