import { compareSortKeys, type StateItem, type StateRange } from "../../../src/adapter.ts";
import type { Attributes, QueryInput } from "./dynamodb-client.ts";
import { toHead, toPartitionKey } from "./item.ts";
import type { DynamodbReader } from "./reader.ts";
import type { Requests } from "./requests.ts";

export interface ListContext {
  readonly requests: Requests;
  readonly reader: DynamodbReader;
  /** Unix time in whole seconds. */
  readonly nowSeconds: () => number;
}

/** Largest `Limit`. It counts expired items as well, so it grows while too few others are found. */
const MAX_PAGE_ITEMS = 4_096;

/** Items of a partition, page by page of 1 MB, until there are as many as asked for. Throws STORE_UNAVAILABLE. */
export async function listItems(context: ListContext, partition: string, range: StateRange): Promise<StateItem[]> {
  const { requests, reader, nowSeconds } = context;
  const { prefix = "", limit = Number.POSITIVE_INFINITY, reverse = false, eventual = false } = range;
  const sortCondition = toSortCondition(range);
  const items: StateItem[] = [];
  if (sortCondition === "matches nothing") return items;
  const { expression, values } = sortCondition;
  let pageItems = limit;
  let start: Attributes | undefined;
  while (items.length < limit) {
    const input: QueryInput = {
      KeyConditionExpression: `pk = :pk${expression}`,
      FilterExpression: "expiresAt > :now",
      ExpressionAttributeValues: { ":pk": toPartitionKey(partition), ":now": { N: String(nowSeconds()) }, ...values },
      ConsistentRead: !eventual,
      ScanIndexForward: !reverse,
      ...(pageItems <= MAX_PAGE_ITEMS && { Limit: pageItems }),
      ...(start && { ExclusiveStartKey: start }),
    };
    const { Items = [], LastEvaluatedKey } = await requests.send((client, options) => client.query(input, options));
    for (const attributes of Items) {
      const head = toHead(attributes);
      if (items.length === limit) break;
      if (!head.sort.startsWith(prefix)) continue;
      const item = await reader.whole({ partition, sort: head.sort }, head);
      if (item) items.push(item);
    }
    if (!LastEvaluatedKey) break;
    start = LastEvaluatedKey;
    pageItems *= 2;
  }
  return items;
}

interface SortCondition {
  /** Continues the condition on the partition. */
  readonly expression: string;
  readonly values: Attributes;
}

/** DynamoDB takes one condition on the sort key (KeyConditionExpression), so two are made into one. */
function toSortCondition({ prefix = "", after = "" }: StateRange): SortCondition | "matches nothing" {
  if (prefix === "" && after === "") return { expression: "", values: {} };
  if (prefix === "") return { expression: " AND sk > :after", values: { ":after": { S: after } } };
  if (compareSortKeys(after, prefix) < 0) {
    return { expression: " AND begins_with(sk, :prefix)", values: { ":prefix": { S: prefix } } };
  }
  if (!after.startsWith(prefix)) return "matches nothing";
  const last = successor(prefix);
  if (last === undefined) return { expression: " AND sk > :after", values: { ":after": { S: after } } };
  const values = { ":first": { S: `${after}\0` }, ":last": { S: last } };
  return { expression: " AND sk BETWEEN :first AND :last", values };
}

/** The first text after all texts that begin with the prefix; undefined when there is none. */
function successor(prefix: string): string | undefined {
  const characters = Array.from(prefix);
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const point = last.codePointAt(0) ?? 0;
    // Between these two, UTF-16 has its surrogates, which are no characters.
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    if (next <= 0x10ffff) return characters.join("") + String.fromCodePoint(next);
  }
  return undefined;
}
