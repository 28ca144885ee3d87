import type { StateRange } from "./store.ts";

/** The order of sort keys, which is that of their bytes in UTF-8; `<` differs from it for what lies behind U+FFFF. */
export function compareSortKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-16 writes what lies behind U+FFFF with units from 0xD800 to 0xDFFF. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** The part of sorted items whose keys a range asks for, in the order it asks for; `limit` is left to the caller. */
export function itemsInRange<Item extends { readonly sort: string }>(
  sorted: readonly Item[],
  { prefix = "", after, reverse = false }: StateRange,
): Item[] {
  const start = firstIndex(sorted, ({ sort }) => compareSortKeys(sort, prefix) >= 0);
  const end = firstIndex(sorted, ({ sort }) => compareSortKeys(sort, prefix) > 0 && !sort.startsWith(prefix));
  const behind = after === undefined ? 0 : firstIndex(sorted, ({ sort }) => compareSortKeys(sort, after) > 0);
  const items = sorted.slice(Math.max(start, behind), end);
  return reverse ? items.reverse() : items;
}

/** Where the items begin for which the test holds; it must hold for all from there to the end. */
function firstIndex<Item>(sorted: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
