import { createHash } from "node:crypto";
import type { HclType } from "../schemas/slice.ts";
import { isSet, UNKNOWN, valuesOf, type WireValue } from "./wire-values.ts";

/** A type as a value of unknown type brings it along: also tuples, which no schema has. */
type CarriedType = HclType | readonly ["tuple", readonly CarriedType[]];

/** A value with its unknown parts filled, the elements of a list or map among them. */
export function known(value: WireValue, type: CarriedType, seed: string): WireValue {
  if (value === UNKNOWN) return standIn(type, seed);
  if (!isSet(value)) return value;
  if (type === "dynamic") return knownDynamic(value, seed);
  if (!Array.isArray(type)) return value;
  const [kind, inner] = type as Exclude<CarriedType, string>;
  const typeOf = (index: string | number): CarriedType =>
    kind === "object" || kind === "tuple" ? ((inner as Record<string, CarriedType>)[index] ?? "dynamic") : inner;
  if (Array.isArray(value)) return value.map((one, index) => known(one, typeOf(index), `${seed}.${index}`));
  const parts = Object.entries(valuesOf(value));
  return Object.fromEntries(parts.map(([name, one]) => [name, known(one, typeOf(name), `${seed}.${name}`)]));
}

// docs/plugin-protocol/object-wire-format.md: where the schema does not say the type, a value comes as a pair with it.
function knownDynamic(value: WireValue, seed: string): WireValue {
  const [bytes, carried = null] = value as readonly [Uint8Array, WireValue];
  return [bytes, known(carried, JSON.parse(Buffer.from(bytes).toString()) as CarriedType, seed)];
}

/** A stand-in for a value that a provider decides: of this type, and always the same for the same seed. */
export function standIn(type: CarriedType, seed: string): WireValue {
  if (type === "string") return `stub-${createHash("sha256").update(seed).digest("hex").slice(0, 12)}`;
  if (type === "number") return 1;
  if (type === "bool") return false;
  if (type === "dynamic") return null;
  const [kind, inner] = type;
  if (kind === "map") return {};
  if (kind === "tuple") return inner.map((one, index) => standIn(one, `${seed}.${index}`));
  if (kind !== "object") return Array.isArray(inner) && inner[0] === "object" ? [standIn(inner, seed)] : [];
  return Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, standIn(one, `${seed}.${name}`)]));
}
