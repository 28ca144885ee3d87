import { AnycloudError, createWatchers } from "../../src/adapter.ts";
import type { FailureKind } from "../shared/retries/retry.ts";
import type { RedisClient } from "./redis-client.ts";
import { REDIS_SETTINGS } from "./settings.ts";

/** A client of Redis that is loaded, and whose URL is read, when it is first needed. */
export interface LazyRedisClient {
  /** Throws STORE_MISCONFIGURED where the client is not installed or the secret holds no URL, and what reading that throws. */
  client(): Promise<RedisClient>;
  kindOf(error: unknown): FailureKind;
  /**
   * The failure for people: STORE_MISCONFIGURED, or STORE_UNAVAILABLE where it may pass by itself. Where the client `used` was
   * misconfigured, the URL is read again by the next operation, every five seconds at most: its password may have been changed.
   */
  failed(error: unknown, used: Promise<RedisClient> | undefined): AnycloudError;
}

/** Milliseconds for which a URL that was read is kept, because a right that is missing fails every operation. */
const KEPT_MS = 5_000;

/** `now`: the time in milliseconds. */
export function createLazyRedisClient(url: string | (() => Promise<string>), now: () => number): LazyRedisClient {
  let module: typeof import("./redis-client.ts") | undefined;
  let loaded: Promise<RedisClient> | undefined;
  let loadedAt = 0;

  async function load(): Promise<RedisClient> {
    const importing = import("./redis-client.ts").catch((cause: unknown) => {
      throw new AnycloudError("STORE_MISCONFIGURED", NO_CLIENT, { cause });
    });
    const [imported, known] = await Promise.all([importing, typeof url === "string" ? url : readUrl(url)]);
    module = imported;
    loadedAt = now();
    return imported.createRedisClient({ url: known, createWatchers });
  }

  function toFailure(error: unknown): AnycloudError {
    if (error instanceof AnycloudError) return error;
    if (!module) return new AnycloudError("STORE_UNAVAILABLE", NOT_LOADED, { cause: error });
    const { code, message, cause } = module.failureOf(error);
    return new AnycloudError(code, message, { cause });
  }

  return {
    client() {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
      return loaded;
    },
    kindOf(error) {
      // The URL could not be read, or the client is missing: nothing was sent.
      if (error instanceof AnycloudError) return error.code === "STORE_MISCONFIGURED" ? "refused" : "not applied";
      return module ? module.kindOf(error) : "not applied";
    },
    failed(error, used) {
      const failure = toFailure(error);
      const isOld = now() - loadedAt > KEPT_MS;
      if (typeof url !== "string" && failure.code === "STORE_MISCONFIGURED" && isOld && loaded === used) {
        loaded = undefined;
        void used?.then((client) => client.close());
      }
      return failure;
    },
  };
}

async function readUrl(read: () => Promise<string>): Promise<string> {
  const url = await read();
  if (REDIS_SETTINGS.redisUrl.type.read(url) === undefined) {
    throw new AnycloudError("STORE_MISCONFIGURED", NO_URL);
  }
  return url;
}

const NO_CLIENT = "State in Redis takes its client: npm install @redis/client, and build again.";
const NO_URL = "The secret with the URL of Redis holds something else: put rediss://user:password@host:6380/0 there.";
const NOT_LOADED = "The client of Redis, or its URL, was not there in time: try again.";
