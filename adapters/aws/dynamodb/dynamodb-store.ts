import { checkExpiry, checkKey, checkPartition, checkWrite, type StateStore } from "../../../src/adapter.ts";
import { configuredIdentity, type IdentityToken, type RoleConfig } from "../client/configured-identity.ts";
import type { AwsConfig } from "../settings.ts";
import { addToCounter } from "./counter.ts";
import { toHead, toKey } from "./item.ts";
import { listItems } from "./list.ts";
import { discardParts } from "./parts.ts";
import { putItem } from "./put.ts";
import { createDynamodbReader } from "./reader.ts";
import { createRequests, type RequestOptions } from "./requests.ts";

export interface DynamodbStoreOptions extends RequestOptions {
  /** The time in milliseconds. Default: the clock. */
  readonly now?: () => number;
}

/**
 * A store in a DynamoDB table with the string keys `pk` and `sk` and the TTL attribute `expiresAt`, of AWS or of another
 * service with its protocol. The client is loaded with the first request. A request fails with STORE_UNAVAILABLE when it has
 * no answer after `timeoutMs`; a large value and a long list take several requests.
 */
export function createDynamodbStore({ now = Date.now, ...options }: DynamodbStoreOptions): StateStore {
  const { table } = options;
  const requests = createRequests(options);
  const reader = createDynamodbReader(requests, table, now);
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const context = { table, requests, reader, nowSeconds };
  return {
    async get(key) {
      checkKey(key);
      return reader.whole(key, await reader.head(key));
    },
    async put(item, when) {
      checkWrite(item);
      return putItem(context, item, when);
    },
    async delete(key) {
      checkKey(key);
      const input = { Key: toKey(key), ReturnValues: "ALL_OLD" } as const;
      const { Attributes } = await requests.send((client, options) => client.delete(input, options));
      if (Attributes) await discardParts(requests, toHead(Attributes).content);
    },
    async list(partition, range = {}) {
      checkPartition(partition);
      return listItems(context, partition, range);
    },
    async add(key, amount, expiresAt) {
      checkKey(key);
      checkExpiry(expiresAt);
      return addToCounter(context, key, amount, expiresAt);
    },
  };
}

/** The store that the configuration names; undefined when it names no table. `identityToken` is the platform's, outside AWS. */
export function openConfiguredStore(
  config: Pick<AwsConfig, "table"> & RoleConfig,
  identityToken?: IdentityToken,
): StateStore | undefined {
  const { table } = config;
  if (table === undefined) return undefined;
  const webIdentity = configuredIdentity(config, identityToken);
  return createDynamodbStore({ table, webIdentity });
}
