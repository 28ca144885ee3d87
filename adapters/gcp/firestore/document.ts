import type { CounterFields, Document, DocumentFields } from "../../shared/documents/document-table.ts";
import { fromSortText } from "../../shared/documents/key-text.ts";

/** A value as it travels: a number of 64 bits is text (https://cloud.google.com/firestore/docs/reference/rest/Shared.Types/ArrayValue#Value). */
interface Value {
  readonly stringValue?: string;
  readonly integerValue?: string;
  readonly timestampValue?: string;
}

type Fields = Readonly<Record<string, Value>>;

export interface StoredDocument {
  readonly name: string;
  readonly fields: Fields;
  readonly updateTime: string;
}

const integer = (value: number): Value => ({ integerValue: String(value) });

/** The last time that Firestore knows is at the end of the year 9999. */
const LAST_SECOND = 253_402_300_799;

/** `removeAt` is the field by which a TTL policy removes documents. */
const expiry = (expiresAt: number): Fields => ({
  expiresAt: integer(expiresAt),
  removeAt: { timestampValue: new Date(Math.min(Math.max(expiresAt, 0), LAST_SECOND) * 1000).toISOString() },
});

/** A number is kept as one, so that it can be added to in one step. */
const toValue = (value: string): Value =>
  /^(0|-?[1-9]\d{0,14})$/.test(value) ? { integerValue: value } : { stringValue: value };

export const toFields = (sortText: string, fields: DocumentFields): Fields => ({
  sort: { stringValue: sortText },
  value: toValue(fields.value),
  ...expiry(fields.expiresAt),
  version: integer(fields.version),
  ...(fields.replaced !== undefined && { replaced: integer(fields.replaced) }),
  ...(fields.parts && { partsId: { stringValue: fields.parts.id }, partsCount: integer(fields.parts.count) }),
});

interface Increment {
  readonly fields: Fields;
  readonly updateTransforms: readonly object[];
}

/** The parts of a write that adds to a counter. */
export const fieldsOf = ({ expiresAt, version }: CounterFields, amount: number): Increment => ({
  fields: { ...expiry(expiresAt), version: integer(version) },
  updateTransforms: [{ fieldPath: "value", increment: integer(amount) }],
});

export function toDocument({ fields, updateTime }: StoredDocument): Document {
  const { sort, value, expiresAt, version, replaced, partsId, partsCount } = fields;
  return {
    sort: fromSortText(sort?.stringValue ?? ""),
    value: value?.stringValue ?? value?.integerValue ?? "",
    parts: partsId && { id: partsId.stringValue ?? "", count: Number(partsCount?.integerValue) },
    expiresAt: Number(expiresAt?.integerValue),
    version: Number(version?.integerValue),
    replaced: replaced && Number(replaced.integerValue),
    tag: updateTime,
  };
}
