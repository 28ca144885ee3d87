import type { DocumentQuery } from "../../shared/documents/document-table.ts";

/** The path of an entity. Names of partitions and rows have no character that would have to be written in another way. */
export const entityPath = (table: string, partition: string, row: string): string =>
  `${table}(PartitionKey='${partition}',RowKey='${row}')`;

/** The `$filter` of a range of rows in a partition. */
export const filterOf = (partition: string, range: Omit<DocumentQuery, "limit" | "reverse">): string =>
  [
    `PartitionKey eq '${partition}'`,
    `RowKey ${range.isLowerIncluded ? "ge" : "gt"} '${range.lower}'`,
    `RowKey lt '${range.upper}'`,
    `expiresAt gt ${range.liveAt}L`,
  ].join(" and ");

/** The `$filter` of what expired before a time, behind a partition's name. */
export const sweepFilter = (from: string, before: number): string =>
  `PartitionKey ge '${from}' and expiresAt lt ${before}L`;

export const SWEEP_SELECT = "PartitionKey,RowKey";
