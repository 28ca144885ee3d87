import type { StateKey, StateRange } from "../../../src/adapter.ts";

/** Sort keys as hexadecimal text: its order is that of their bytes, and no service has to be asked which characters it takes. */
export const toSortText = (sort: string): string => Buffer.from(sort).toString("hex");

export const fromSortText = (text: string): string => Buffer.from(text, "hex").toString();

/** Longest name that is written out: Azure takes keys of 1 KiB in UTF-16. */
const MAX_NAME_LENGTH = 480;

/**
 * The name of a partition: two digits of its hash, which spread partitions evenly over the servers of a service and let a
 * search begin anywhere; then its own name, in characters that every service takes.
 */
export function toPartitionName(partition: string): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256").update(partition).digest("hex");
  const name = partition.replace(/[^\w.-]/gu, (character) =>
    Buffer.from(character).toString("hex").replace(/../g, "=$&"),
  );
  return `${hash.slice(0, 2)}!${name.length <= MAX_NAME_LENGTH ? name : `==${hash}`}`;
}

/** A range of sort texts. */
export interface SortBounds {
  /** The first text of the range, or the last one before it. */
  readonly lower: string;
  readonly isLowerIncluded: boolean;
  /** The first text behind the range. */
  readonly upper: string;
}

/** A character that is behind every hexadecimal digit. */
const BEHIND_ALL = "g";

/** Undefined for a range that holds no key. */
export function toBounds({ prefix = "", after }: StateRange): SortBounds | undefined {
  const [first, before] = [toSortText(prefix), after === undefined ? undefined : toSortText(after)];
  const upper = first + BEHIND_ALL;
  if (before === undefined || before < first) return { lower: first, isLowerIncluded: true, upper };
  return before < upper ? { lower: before, isLowerIncluded: false, upper } : undefined;
}

/** The key of a part of a large value, in a partition that `list` does not read. */
export const toPartKey = (id: string, index: number): StateKey => ({
  partition: `=part/${id}`,
  sort: String(index).padStart(3, "0"),
});
