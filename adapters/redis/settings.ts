import { type Settings, textLike } from "../../src/adapter.ts";

/** Settings for state that is kept in Redis, from every cloud on which the server runs. */
export interface RedisConfig {
  /**
   * Where a Redis or Valkey server is that keeps sessions and shared state, with user, password and number of a database:
   * `rediss://user:password@host:6380/0`; `redis://` is without TLS. Instead of `MCP_ANYCLOUD_TABLE`.
   *
   * @default none
   */
  readonly redisUrl?: string;
}

export const REDIS_SETTINGS: Settings<RedisConfig> = {
  redisUrl: {
    variable: "MCP_ANYCLOUD_REDIS_URL",
    type: textLike(
      /^rediss?:\/\/([^\s@/]*@)?[^\s@/]+(\/\d{0,4})?$/,
      "be the URL of a Redis server, such as rediss://user:password@host:6380/0",
      URL.canParse,
    ),
    secret: true,
    insteadOf: ["MCP_ANYCLOUD_TABLE"],
    setByDeployment: true,
  },
};
