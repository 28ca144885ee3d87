import { forEachPart } from "../../shared/for-each-part.ts";
import { type Content, type Parts, toPartKey } from "./item.ts";
import type { Requests } from "./requests.ts";

/**
 * Bytes of UTF-8 in one item: DynamoDB takes 400 KB with all names and keys, which have less than 3 KB here
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items).
 */
const PART_BYTES = 400_000;
/** Seconds that parts outlive their item, because the clock by which DynamoDB removes them is not the reader's. */
const PARTS_OUTLIVE_SECONDS = 3_600;

/** The content of an item for a value. If the value is too large, its parts are written first. */
export async function writeContent(requests: Requests, value: string, expiresAt: number): Promise<Content> {
  // No text has more than three bytes for each of its UTF-16 units.
  if (value.length * 3 <= PART_BYTES || Buffer.byteLength(value) <= PART_BYTES) return { value };
  const slices = split(Buffer.from(value));
  const id = crypto.randomUUID();
  await forEachPart(slices.length, async (index) => {
    const Item = {
      ...toPartKey(id, index),
      expiresAt: { N: String(expiresAt + PARTS_OUTLIVE_SECONDS) },
      value: { S: slices[index] as string },
    };
    await requests.send((client, options) => client.put({ Item }, options));
  });
  return { parts: { id, count: slices.length, keep: false } };
}

/** The value in the parts; undefined when they are no longer all there. */
export async function readParts(requests: Requests, { id, count }: Parts): Promise<string | undefined> {
  const texts: string[] = [];
  await forEachPart(count, async (index) => {
    const input = { Key: toPartKey(id, index), ConsistentRead: true } as const;
    const { Item } = await requests.send((client, options) => client.get(input, options));
    if (Item?.value?.S !== undefined) texts[index] = Item.value.S;
  });
  return texts.filter((text) => text !== undefined).length === count ? texts.join("") : undefined;
}

/** Removes parts that nothing refers to any more. A failure does not matter: parts expire. */
export async function discardParts(requests: Requests, content: Content): Promise<void> {
  if (!("parts" in content) || content.parts.keep) return;
  const { id, count } = content.parts;
  const discard = async (index: number): Promise<void> => {
    await requests.sendOnce((client, options) => client.delete({ Key: toPartKey(id, index) }, options));
  };
  await forEachPart(count, discard).catch(() => {});
}

/** Slices of at most so many bytes, each of whole characters. */
function split(bytes: Buffer): string[] {
  const slices: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + PART_BYTES, bytes.length);
    // The second and later bytes of a character are 10xxxxxx.
    while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    slices.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return slices;
}
