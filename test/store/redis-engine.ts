import { once } from "node:events";
import { connect } from "node:net";
import { createRedisStore } from "../../adapters/redis/redis-store.ts";
import { freePort } from "../../emulators/free-port.ts";
import { findProgram, startProgram } from "../support/programs.ts";
import type { DocumentEngine } from "./document-engines.ts";

/** Why tests of Redis are not run. */
export const NO_REDIS = "redis-server is not installed; apt-get install redis-server";

/** Where redis-server lies on this machine; undefined where it is not installed. */
export const findRedis = (): string | undefined => findProgram("redis-server");

export interface RedisEngine extends DocumentEngine {
  readonly url: string;
  /** Sends commands as a person would, one a line, and gives back the answers as the server writes them. */
  send(...commands: readonly string[]): Promise<string>;
}

/** A server in a process of its own, which keeps nothing on disk. `options` are those of its command line. */
export async function startRedis(program: string, ...options: readonly string[]): Promise<RedisEngine> {
  const port = await freePort();
  const base = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"];
  const { readyWhen, close } = startProgram(program, [...base, ...options]);
  const send = async (...commands: readonly string[]): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      socket.setEncoding("utf8").end(commands.map((command) => `${command}\r\n`).join(""));
      let answers = "";
      for await (const text of socket) answers += text;
      return answers;
    } catch {
      return "";
    }
  };
  await readyWhen(async () => /PONG|NOAUTH/.test(await send("PING")));
  const url = `redis://127.0.0.1:${port}`;
  const patience = { attemptTimeoutMs: 30_000, timeoutMs: 60_000 };
  return { url, close, send, open: (now) => createRedisStore({ url, ...patience, ...(now && { now }) }) };
}
