import {
  checkExpiry,
  checkKey,
  checkPartition,
  checkWrite,
  type StateItem,
  type StateKey,
  type StateRange,
  type StateStore,
  stateConflict,
} from "../../src/adapter.ts";
import { freshVersion } from "../shared/fresh-version.ts";
import { type FailureKind, withRetries } from "../shared/retries/retry.ts";
import { createLazyRedisClient } from "./lazy-client.ts";
import type { Argument, RedisClient } from "./redis-client.ts";
import { REDIS_SETTINGS, type RedisConfig } from "./settings.ts";

export { REDIS_SETTINGS };

export interface RedisStoreOptions {
  /**
   * `rediss://user:password@host:port/database`, or `redis://` without TLS; or a function that reads it where it is kept, when it
   * is first needed and again after it was wrong.
   */
  readonly url: string | (() => Promise<string>);
  /** Milliseconds that the first attempt of a read may take; each further one may take twice as long. Default 2000. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds after which an operation fails, whatever was tried. Default 5,000. */
  readonly timeoutMs?: number;
  /** The time in milliseconds. Default: the clock. */
  readonly now?: () => number;
}

/** Attempts of a read. A write, which is not repeated after it may have been applied, has fewer. */
const READS: Readonly<Record<FailureKind, number>> = {
  throttled: Number.POSITIVE_INFINITY,
  "not applied": 4,
  unsure: 3,
  condition: 1,
  refused: 1,
};
const WRITES: typeof READS = { ...READS, unsure: 1 };

type Operation<Output> = (client: RedisClient, signal: AbortSignal) => Promise<Output>;

/**
 * A store in a Redis or Valkey server without cluster mode, which pushes. Each database of a server is one store. An operation
 * fails with STORE_UNAVAILABLE when it has no answer after `timeoutMs`; a write is not repeated after it may have happened.
 */
export function createRedisStore(options: RedisStoreOptions): StateStore {
  const { url, attemptTimeoutMs = 2_000, timeoutMs = 5_000, now = Date.now } = options;
  const redis = createLazyRedisClient(url, now);

  async function send<Output>(attempts: typeof READS, operation: Operation<Output>): Promise<Output> {
    const isRead = attempts === READS;
    let used: Promise<RedisClient> | undefined;
    try {
      return await withRetries(
        { attemptTimeoutMs: isRead ? attemptTimeoutMs : timeoutMs, timeoutMs, attempts, kindOf: redis.kindOf },
        async (signal) => {
          used = redis.client();
          return operation(await used, signal);
        },
      );
    } catch (error) {
      throw redis.failed(error, used);
    }
  }

  /** The braces keep the keys of a partition together, where a proxy spreads keys. */
  const keysOf = (partition: string): readonly string[] =>
    ["items", "order", "expiry"].map((part) => `mcp-anycloud:{${partition}}:${part}`);
  const time = (): string => String(now());

  return {
    async get(key) {
      checkKey(key);
      const [items = ""] = keysOf(key.partition);
      const found = await send(READS, (client, signal) => client.command(["HGET", items, key.sort], signal));
      const item = typeof found === "string" ? toItem(key, found) : undefined;
      return item && item.expiresAt * 1000 > now() ? item : undefined;
    },
    async put(item, when) {
      checkWrite(item);
      const { partition, sort, value, expiresAt } = item;
      const version = freshVersion();
      const condition = when === undefined || when === "absent" ? (when ?? "any") : String(when.version);
      const args = [time(), sort, String(version), String(expiresAt), value];
      const isWritten = await send(WRITES, (client, signal) =>
        client.run("put", keysOf(partition), [...args, client.channelOf(partition), condition], signal),
      );
      if (isWritten !== 1) throw stateConflict();
      return { partition, sort, value, expiresAt, version };
    },
    async delete(key) {
      checkKey(key);
      await send(READS, (client, signal) => client.run("delete", keysOf(key.partition), [time(), key.sort], signal));
    },
    async list(partition, range = {}) {
      checkPartition(partition);
      const { limit = Number.MAX_SAFE_INTEGER, reverse = false } = range;
      const items: StateItem[] = [];
      let [from, to] = toBounds(range);
      while (items.length < limit) {
        const args = [time(), from, to, reverse ? "1" : "0", String(limit - items.length)];
        const answer = await send(READS, (client, signal) => client.run("list", keysOf(partition), args, signal));
        const [found, next] = answer as [string[], string];
        for (let index = 0; index < found.length; index += 2) {
          items.push(toItem({ partition, sort: found[index] as string }, found[index + 1] as string));
        }
        if (next === "") break;
        if (reverse) to = `(${next}`;
        else from = `(${next}`;
      }
      return items;
    },
    async add(key, amount, expiresAt) {
      checkKey(key);
      checkExpiry(expiresAt);
      const { partition, sort } = key;
      const args = [time(), sort, String(freshVersion()), String(expiresAt), String(amount)];
      const sum = await send(WRITES, (client, signal) =>
        client.run("add", keysOf(partition), [...args, client.channelOf(partition)], signal),
      );
      return Number(sum);
    },
    async *watch(partition, signal) {
      const used = redis.client();
      try {
        const listening = await used;
        yield* listening.listen(listening.channelOf(partition), signal);
      } catch (error) {
        throw redis.failed(error, used);
      }
    },
  };
}

/** The item in the text `version expiresAt value`. */
function toItem({ partition, sort }: StateKey, text: string): StateItem {
  const first = text.indexOf(" ");
  const second = text.indexOf(" ", first + 1);
  const [version, expiresAt] = [Number(text.slice(0, first)), Number(text.slice(first + 1, second))];
  return { partition, sort, value: text.slice(second + 1), expiresAt, version };
}

/** The bounds of a range, as ZRANGEBYLEX takes them. No sort key has a byte 0xFF: UTF-8 has none. */
function toBounds({ prefix = "", after }: StateRange): [from: Argument, to: Argument] {
  const isBehind = after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0;
  const from = isBehind ? `(${after}` : prefix === "" ? "-" : `[${prefix}`;
  const to = prefix === "" ? "+" : Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])]);
  return [from, to];
}

/** The store that the configuration names; undefined when it names none. `read` reads the URL where a secret holds it. */
export function openRedis({ redisUrl: url }: RedisConfig, read?: () => Promise<string>): StateStore | undefined {
  const known = url ?? read;
  return known === undefined ? undefined : createRedisStore({ url: known });
}
