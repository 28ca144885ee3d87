import { AnycloudError, type StateItem, type StateKey } from "../../../src/adapter.ts";
import { type Head, toHead, toKey } from "./item.ts";
import { readParts } from "./parts.ts";
import type { Requests } from "./requests.ts";

/** Reads items of the table. Both methods throw STORE_UNAVAILABLE. */
export interface DynamodbReader {
  /** The item as it is in the table, expired or not. */
  head(key: StateKey): Promise<Head | undefined>;
  /** The item with its value; undefined when it is expired, or absent by the time its value is read. */
  whole(key: StateKey, head: Head | undefined): Promise<StateItem | undefined>;
}

/** `now` is the time in milliseconds. */
export function createDynamodbReader(requests: Requests, table: string, now: () => number): DynamodbReader {
  async function head(key: StateKey): Promise<Head | undefined> {
    const input = { Key: toKey(key), ConsistentRead: true } as const;
    const { Item } = await requests.send((client, options) => client.get(input, options));
    return Item && toHead(Item);
  }

  async function whole(key: StateKey, first: Head | undefined): Promise<StateItem | undefined> {
    let found = first;
    while (found && found.expiresAt * 1000 > now()) {
      const { expiresAt, version, content } = found;
      const value = "value" in content ? content.value : await readParts(requests, content.parts);
      if (value !== undefined) return { partition: key.partition, sort: key.sort, value, expiresAt, version };
      // Parts are removed after another write has replaced their item.
      found = await head(key);
      if (found?.version === version) throw incomplete(table);
    }
    return undefined;
  }
  return { head, whole };
}

const incomplete = (table: string): AnycloudError =>
  new AnycloudError(
    "STORE_UNAVAILABLE",
    `A value in the table ${table} lacks some of its parts: was something deleted there by hand?`,
  );
