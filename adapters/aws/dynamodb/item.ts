import type { StateKey, StateWrite } from "../../../src/adapter.ts";
import type { Attributes, AttributeValue } from "./dynamodb-client.ts";

/** Names the parts of a value that is too large for one item. */
export interface Parts {
  /** Names the write that the parts belong to. */
  readonly id: string;
  readonly count: number;
  /** A write that replaces the item leaves the parts to their expiry. */
  readonly keep: boolean;
}

/** The value of an item, or the name of its parts. */
export type Content = { readonly value: string } | { readonly parts: Parts };

/** An item before its value is put together. */
export interface Head {
  readonly sort: string;
  readonly expiresAt: number;
  readonly version: number;
  /** Version of the item that this one replaced; 0 for none; undefined where its write did not ask. */
  readonly replaced?: number;
  readonly content: Content;
}

/** Partition keys of items and of parts begin differently, so that no partition's name can be mistaken for the other. */
export const toPartitionKey = (partition: string): AttributeValue => ({ S: `item/${partition}` });

export const toKey = ({ partition, sort }: StateKey): Attributes => ({
  pk: toPartitionKey(partition),
  sk: { S: sort },
});

/** A key that no item has: parts lie outside their item's partition, so that `list` does not read them. */
export const toPartKey = (id: string, index: number): Attributes => ({
  pk: { S: `part/${id}` },
  sk: { S: String(index).padStart(3, "0") },
});

export function toAttributes(item: Omit<StateWrite, "value">, head: Omit<Head, "sort" | "expiresAt">): Attributes {
  return {
    ...toKey(item),
    expiresAt: { N: String(item.expiresAt) },
    version: { N: String(head.version) },
    ...(head.replaced !== undefined && { replaced: { N: String(head.replaced) } }),
    ...("value" in head.content ? { value: { S: head.content.value } } : partsAttributes(head.content.parts)),
  };
}

const partsAttributes = ({ id, count, keep }: Parts): Attributes => ({
  parts: { S: id },
  partCount: { N: String(count) },
  ...(keep && { keepParts: { BOOL: true } }),
});

/** A counter is an item whose value is a number. */
export function toHead({ sk, expiresAt, version, replaced, value, parts, partCount, keepParts }: Attributes): Head {
  return {
    sort: sk?.S ?? "",
    expiresAt: Number(expiresAt?.N),
    version: Number(version?.N),
    ...(replaced?.N !== undefined && { replaced: Number(replaced.N) }),
    content:
      parts?.S === undefined
        ? { value: value?.S ?? value?.N ?? "" }
        : { parts: { id: parts.S, count: Number(partCount?.N), keep: keepParts?.BOOL === true } },
  };
}
