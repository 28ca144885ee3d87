import type { Document, DocumentFields } from "../../shared/documents/document-table.ts";
import { fromSortText } from "../../shared/documents/key-text.ts";

/** An entity as it travels in JSON: a number of 64 bits is text, and names its type beside it. */
export interface Entity {
  readonly PartitionKey: string;
  readonly RowKey: string;
  readonly "odata.etag"?: string;
  readonly expiresAt?: string;
  readonly version?: string;
  readonly replaced?: string;
  readonly partsId?: string;
  readonly partsCount?: number;
  readonly [property: string]: string | number | undefined;
}

/** UTF-16 units in a property: a text has at most 64 KiB ("Understanding the Table service data model"). */
const CHUNK_LENGTH = 32_000;

const chunkName = (index: number): string => `value${index}`;

export function toEntity(partition: string, row: string, fields: DocumentFields): Entity {
  const { value, parts, expiresAt, version, replaced } = fields;
  const chunks: Record<string, string> = {};
  for (let start = 0, index = 0; start < value.length || index === 0; index++) {
    let end = Math.min(start + CHUNK_LENGTH, value.length);
    // Half a character would not survive.
    if (end < value.length && (value.charCodeAt(end) & 0xfc00) === 0xdc00) end--;
    chunks[chunkName(index)] = value.slice(start, end);
    start = end;
    if (start >= value.length) break;
  }
  return {
    PartitionKey: partition,
    RowKey: row,
    ...int64("expiresAt", expiresAt),
    ...int64("version", version),
    ...(replaced !== undefined && int64("replaced", replaced)),
    ...(parts && { partsId: parts.id, partsCount: parts.count }),
    ...chunks,
  };
}

const int64 = (name: string, value: number): Record<string, string> => ({
  [name]: String(value),
  [`${name}@odata.type`]: "Edm.Int64",
});

export function toDocument(entity: Entity, etag: string | undefined = entity["odata.etag"]): Document {
  const { RowKey, expiresAt, version, replaced, partsId, partsCount } = entity;
  let value = "";
  for (let index = 0; entity[chunkName(index)] !== undefined; index++) value += entity[chunkName(index)];
  return {
    sort: fromSortText(RowKey),
    value,
    parts: partsId === undefined ? undefined : { id: partsId, count: Number(partsCount) },
    expiresAt: Number(expiresAt),
    version: Number(version),
    replaced: replaced === undefined ? undefined : Number(replaced),
    tag: etag ?? "",
  };
}
