import { createClient } from "@redis/client";
import type { createWatchers } from "../../src/adapter.ts";
import { withTimeout } from "../shared/retries/with-timeout.ts";
import { failureOf, kindOf, notConnected } from "./failure.ts";
import { SCRIPTS, type ScriptName } from "./scripts.ts";

/** Calls one Redis server over one connection, and listens over another. */
export interface RedisClient {
  /** The channel of a partition. Channels are not those of a database, but of the server. */
  channelOf(partition: string): string;
  /** Runs a command. Whether it was applied is not known when it fails after it was sent. */
  command(args: readonly Argument[], signal: AbortSignal): Promise<unknown>;
  run(script: ScriptName, keys: readonly string[], args: readonly Argument[], signal: AbortSignal): Promise<unknown>;
  /** Yields the messages of a channel, until the signal fires. Throws when the connection is lost. */
  listen(channel: string, signal: AbortSignal): AsyncIterable<string>;
  /** Closes both connections when what was sent is answered. Later calls find no connection. */
  close(): void;
}

export type Argument = string | Buffer;

export { failureOf, kindOf };

type Connection = ReturnType<typeof connectionTo>;

const CONNECT_TIMEOUT_MS = 2_000;
/** A connection that was idle for so long may be dead unnoticed: servers and networks drop it, and instances are frozen. */
const IDLE_MS = 10_000;
const PING_TIMEOUT_MS = 500;

// The client repeats no command: its caller knows which commands are safe to repeat.
const connectionTo = (url: string) =>
  createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT_MS },
  });

export interface RedisClientOptions {
  readonly url: string;
  /** Handed in, because this module is bundled without the core. */
  readonly createWatchers: typeof createWatchers;
}

export function createRedisClient({ url, createWatchers }: RedisClientOptions): RedisClient {
  const calls = createConnections(url);
  const subscriptions = createConnections(url);
  const database = new URL(url).pathname.slice(1) || "0";
  let usedAt = 0;
  let inFlight = 0;

  async function ready(): Promise<Connection> {
    const connection = await calls.get();
    const isIdle = Date.now() - usedAt > IDLE_MS && inFlight === 0;
    usedAt = Date.now();
    if (!isIdle) return connection;
    try {
      await withTimeout(PING_TIMEOUT_MS, () => connection.sendCommand(["PING"]));
      return connection;
    } catch {
      calls.drop(connection);
      return calls.get();
    }
  }

  async function command(args: readonly Argument[], signal: AbortSignal): Promise<unknown> {
    const connection = await ready();
    // Nothing tells a connection that is dead from a server that is slow.
    const onTimeout = (): void => calls.drop(connection);
    signal.addEventListener("abort", onTimeout, { once: true });
    // A connection alone keeps no process alive.
    if (inFlight++ === 0) connection.ref();
    try {
      return await connection.sendCommand(args);
    } finally {
      usedAt = Date.now();
      if (--inFlight === 0) connection.unref();
      signal.removeEventListener("abort", onTimeout);
    }
  }

  return {
    channelOf: (partition) => `mcp-anycloud:${database}:${partition}`,
    command,
    async run(name, keys, args, signal) {
      const { sha1, text } = SCRIPTS[name];
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await command(["EVALSHA", sha1, ...rest], signal);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
        return command(["EVAL", text, ...rest], signal);
      }
    },
    async *listen(channel, signal) {
      const connection = await subscriptions.get();
      const watchers = createWatchers();
      const told = watchers.watch(channel, signal);
      const onMessage = (message: string): void => watchers.tell(channel, message);
      const onEnd = (): void => watchers.fail(new Error("The connection to Redis is lost."));
      connection.on("end", onEnd);
      connection.on("error", onEnd);
      try {
        await connection.subscribe(channel, onMessage);
        yield* told;
      } finally {
        connection.off("end", onEnd);
        connection.off("error", onEnd);
        if (connection.isReady) await connection.unsubscribe(channel, onMessage).catch(() => {});
      }
    },
    close() {
      calls.close();
      subscriptions.close();
    },
  };
}

/** One connection, which is opened when it is needed, and again after it was lost. */
function createConnections(url: string) {
  let current: Promise<Connection> | undefined;
  let isClosed = false;

  async function open(): Promise<Connection> {
    const connection = connectionTo(url);
    // Without a listener an error would end the process; who waits for an answer is told anyway.
    connection.on("error", () => {});
    // Each partition that is watched listens for its end.
    connection.setMaxListeners(0);
    try {
      await connection.connect();
    } catch (cause) {
      if (connection.isOpen) connection.destroy();
      throw notConnected(cause);
    }
    connection.unref();
    return connection;
  }

  async function get(): Promise<Connection> {
    if (isClosed) throw notConnected(new Error("closed"));
    current ??= open();
    const opening = current;
    try {
      const connection = await opening;
      if (connection.isReady) return connection;
    } catch (error) {
      if (current === opening) current = undefined;
      throw error;
    }
    if (current === opening) current = undefined;
    return get();
  }

  return {
    get,
    /** The next one is opened by whoever finds this one not ready. */
    drop: (connection: Connection): void => connection.destroy(),
    close(): void {
      isClosed = true;
      void current?.then((connection) => connection.close()).catch(() => {});
    },
  };
}
