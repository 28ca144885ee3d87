import { decode, ExtensionCodec, encode } from "@msgpack/msgpack";

/** A value that Terraform will know after apply. */
export const UNKNOWN: unique symbol = Symbol("known after apply");

/** A value as Terraform has it: of JSON, but that any part of it may be unknown. */
export type WireValue =
  | string
  | number
  | boolean
  | null
  | typeof UNKNOWN
  | Uint8Array
  | readonly WireValue[]
  | { readonly [name: string]: WireValue };

/** The parts of an object or map, by name. */
export type Values = { readonly [name: string]: WireValue };
export const valuesOf = (value: WireValue | undefined): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
export const isSet = (value: WireValue | undefined): value is WireValue => value !== null && value !== undefined;

/** A value on the wire; only one of the two is filled. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

// docs/plugin-protocol/object-wire-format.md: extension 0 is an unknown value, and 12 one of which something is known.
const UNKNOWN_EXTENSION = 0;
const REFINED_EXTENSION = 12;
class UnknownMark {}
const codec = new ExtensionCodec();
codec.register({
  type: UNKNOWN_EXTENSION,
  encode: (value) => (value instanceof UnknownMark ? new Uint8Array([0]) : null),
  decode: () => new UnknownMark(),
});
codec.register({ type: REFINED_EXTENSION, encode: () => null, decode: () => new UnknownMark() });

export function fromWire(value: DynamicValue | null | undefined): WireValue {
  if (value?.msgpack?.length) return replace(decode(value.msgpack, { extensionCodec: codec }), isMark, () => UNKNOWN);
  return value?.json?.length ? JSON.parse(Buffer.from(value.json).toString()) : null;
}

export function toWire(value: WireValue): DynamicValue {
  return {
    msgpack: encode(
      replace(
        value,
        (one) => one === UNKNOWN,
        () => new UnknownMark(),
      ),
      { extensionCodec: codec },
    ),
  };
}

const isMark = (value: unknown): boolean => value instanceof UnknownMark;

/** The same value, with all parts replaced that `matches`. */
function replace<T>(value: unknown, matches: (part: unknown) => boolean, by: () => unknown): T {
  if (matches(value)) return by() as T;
  if (Array.isArray(value)) return value.map((part) => replace(part, matches, by)) as T;
  // Values of unknown type travel as a pair whose first half is bytes.
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value as T;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replace(part, matches, by)])) as T;
}
