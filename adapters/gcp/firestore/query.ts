import type { DocumentQuery } from "../../shared/documents/document-table.ts";

/** Every partition has a collection of this name, so that one TTL policy is for all of them. */
export const COLLECTION = "mcpItems";

const isSort = (op: string, text: string): object => ({
  fieldFilter: { field: { fieldPath: "sort" }, op, value: { stringValue: text } },
});

/**
 * The body of `runQuery` for a range of a partition, behind the sort text `next`. It is answered from the index of one field;
 * what has expired is left to the reader, because another field would need an index of its own.
 */
export function toQuery(
  { lower, isLowerIncluded, upper, reverse, limit }: DocumentQuery,
  next: string | undefined,
): object {
  const from =
    reverse || next === undefined
      ? isSort(isLowerIncluded ? "GREATER_THAN_OR_EQUAL" : "GREATER_THAN", lower)
      : isSort("GREATER_THAN", next);
  const to = isSort("LESS_THAN", reverse && next !== undefined ? next : upper);
  return {
    structuredQuery: {
      from: [{ collectionId: COLLECTION }],
      where: { compositeFilter: { op: "AND", filters: [from, to] } },
      orderBy: [{ field: { fieldPath: "sort" }, direction: reverse ? "DESCENDING" : "ASCENDING" }],
      limit,
    },
  };
}
