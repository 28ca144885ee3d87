import { forEachPart } from "../for-each-part.ts";
import type { DocumentFields } from "./document-table.ts";
import { toPartKey } from "./key-text.ts";
import type { TableRequests } from "./table-requests.ts";

/** UTF-16 units in one document: at most 900,000 bytes, however JSON writes them, where services take a megabyte. */
const PART_LENGTH = 150_000;
/** Seconds that parts outlive their item, because clocks differ. Parts that were replaced expire as well. */
const PARTS_OUTLIVE_SECONDS = 3_600;

type Content = Pick<DocumentFields, "value" | "parts">;

/** The content of a document for a value. If the value is too large, its parts are written first. */
export async function writeContent(requests: TableRequests, value: string, expiresAt: number): Promise<Content> {
  if (value.length <= PART_LENGTH) return { value };
  const slices = split(value);
  const id = crypto.randomUUID();
  await forEachPart(slices.length, async (index) => {
    const fields = { value: slices[index] as string, expiresAt: expiresAt + PARTS_OUTLIVE_SECONDS, version: 1 };
    await requests.send((table, signal) => table.write(toPartKey(id, index), fields, undefined, signal));
  });
  return { value: "", parts: { id, count: slices.length } };
}

/** The value of a document; undefined when its parts are no longer all there. */
export async function readContent(requests: TableRequests, { value, parts }: Content): Promise<string | undefined> {
  if (!parts) return value;
  const { id, count } = parts;
  const texts: string[] = [];
  await forEachPart(count, async (index) => {
    const part = await requests.send((table, signal) => table.read(toPartKey(id, index), signal));
    if (part) texts[index] = part.value;
  });
  return texts.filter((text) => text !== undefined).length === count ? texts.join("") : undefined;
}

/** Slices of whole characters. */
function split(value: string): string[] {
  const slices: string[] = [];
  for (let start = 0; start < value.length; ) {
    let end = Math.min(start + PART_LENGTH, value.length);
    const isPairCut = end < value.length && (value.charCodeAt(end) & 0xfc00) === 0xdc00;
    if (isPairCut) end--;
    slices.push(value.slice(start, end));
    start = end;
  }
  return slices;
}
