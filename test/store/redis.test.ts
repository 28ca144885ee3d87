import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createRedisStore, openRedis } from "../../adapters/redis/redis-store.ts";
import { freePort } from "../../emulators/free-port.ts";
import { AnycloudError, type StateStore } from "../../src/adapter.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { createSessionServer } from "../protocol-2025/session-servers.ts";
import { readStream } from "../protocol-2025/stream-reader.ts";
import { findRedis, NO_REDIS, type RedisEngine, startRedis } from "./redis-engine.ts";
import { inAnHour } from "./store-under-test.ts";

const KEY = { partition: "p", sort: "s" };
const item = (sort: string, expiresAt = inAnHour()) => ({ partition: "p", sort, value: "v", expiresAt });
const said = (pattern: RegExp, code = "STORE_MISCONFIGURED") => ({ code, message: expect.stringMatching(pattern) });
const program = findRedis();
if (!program) test("the store in Redis", ({ skip }) => skip(NO_REDIS));

describe.skipIf(!program)("a server", () => {
  let redis: RedisEngine;
  beforeAll(async () => {
    redis = await startRedis(program as string);
  });
  afterAll(() => redis.close());

  test("a connection that is lost is opened again, for calls and for who watches", async () => {
    const store = redis.open();
    const over = new AbortController();
    const told: string[] = [];
    const watched = (async () => {
      for (;;) {
        try {
          for await (const sort of store.watch?.("p", over.signal) ?? []) told.push(sort);
          return "ended";
        } catch (error) {
          told.push(String((error as { code?: string }).code));
        }
      }
    })();
    while (told.at(-1) !== "first") await store.put(item("first"));
    await redis.send("CLIENT KILL TYPE normal", "QUIT");
    await redis.send("CLIENT KILL TYPE pubsub", "QUIT");
    while (!told.includes("STORE_UNAVAILABLE")) await new Promise(setImmediate);
    while (told.at(-1) !== "second") await store.put(item("second")).catch(() => {});
    over.abort();
    expect(await watched).toBe("ended");
    expect(await store.get(item("second"))).toMatchObject({ value: "v" });
  });

  test("what expired is removed by later writes, and a partition by itself", async () => {
    let now = Date.now();
    const store = redis.open(() => now);
    const seconds = Math.floor(now / 1000);
    for (let number = 0; number < 30; number++) await store.put(item(`old ${number}`, seconds + 1));
    now += 2 * 3_600_000;
    for (let number = 0; number < 5; number++) await store.put(item("new", seconds + 3 * 3_600));
    const [keys = "", left = "", ttl = ""] = (
      await redis.send("EXISTS mcp-anycloud:{p}:items", "HLEN mcp-anycloud:{p}:items", "TTL mcp-anycloud:{p}:items")
    ).split("\r\n");
    expect([keys, left]).toEqual([":1", expect.stringMatching(/^:[1-3]$/)]);
    expect(Number(ttl.slice(1))).toBeGreaterThan(3 * 3_600);
    expect(Number(ttl.slice(1))).toBeLessThanOrEqual(4 * 3_600);
  });

  test("a reply at another instance wakes the call that waits for it", async () => {
    // Nothing is read again meanwhile: only a push can bring it.
    const never = { mailboxWaitingReadMs: 3_600_000, mailboxSlowestReadMs: 3_600_000, mailboxFirstReadMs: 3_600_000 };
    const { open } = startInstances(createSessionServer(), { store: redis.open() }, { timings: never });
    const session = await open({ capabilities: { elicitation: {} } });
    const stream = readStream(await session.call(0, "name"));
    const { message } = await stream.message();
    // The subscription begins a moment after the question.
    while (/:0\r/.test(await redis.send("PUBSUB NUMPAT", "PUBSUB CHANNELS mcp-anycloud:0:mailbox*"))) {
      if (/mailbox/.test(await redis.send("PUBSUB CHANNELS mcp-anycloud:0:mailbox*"))) break;
    }
    await session.send(1, {
      jsonrpc: "2.0",
      id: message.id,
      result: { action: "accept", content: { name: "Ada" } },
    });
    expect((await stream.message()).message).toMatchObject({ result: { content: [{ text: expect.any(String) }] } });
  });

  test("many partitions are watched at once without a warning of Node.js", async () => {
    const warned = vi.spyOn(process, "emitWarning");
    const store = redis.open();
    const over = new AbortController();
    const watches = Array.from({ length: 30 }, (_, number) =>
      store.watch?.(`many/${number}`, over.signal)[Symbol.asyncIterator]().next(),
    );
    while (!(await redis.send("PUBSUB CHANNELS mcp-anycloud:0:many/29", "QUIT")).includes("many/29"));
    over.abort();
    await Promise.all(watches);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test("two databases of a server are two stores", async () => {
    const [first, second] = [0, 1].map((number) =>
      createRedisStore({ url: `${redis.url}/${number}`, timeoutMs: 60_000 }),
    );
    await first?.put(item("only"));
    expect(await second?.get(item("only"))).toBeUndefined();
  });
});

describe.skipIf(!program)("what is wrong is told by name, with what to do", () => {
  let redis: RedisEngine;
  beforeAll(async () => {
    redis = await startRedis(program as string, "--requirepass", "s3cret", "--databases", "2");
    await redis.send("AUTH s3cret", "ACL SETUSER reader on >reading ~* &* +@read +@connection", "QUIT");
  });
  afterAll(() => redis.close());
  const at = (user: string, path = ""): StateStore =>
    createRedisStore({ url: `${redis.url.replace("//", `//${user}`)}${path}`, timeoutMs: 60_000 });

  test.each([
    ["no password", "", "", /does not accept the user and password in MCP_ANYCLOUD_REDIS_URL/],
    ["a wrong one", ":wr0ng@", "", /does not accept the user and password/],
    ["a user who may not write", "reader:reading@", "", /allow ~mcp-anycloud:\*/],
    ["a database that is not there", ":s3cret@", "/7", /a database that the server lacks/],
  ])("%s", async (_what, user, path, sentence) => {
    const failure = await at(user, path)
      .put(item("s"))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject(said(sentence));
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/s3cret|wr0ng|reading/);
  });

  test("a server that is full says so, and one that forgot its scripts is given them again", async () => {
    const store = at(":s3cret@");
    await store.put(item("s"));
    await redis.send("AUTH s3cret", "SCRIPT FLUSH", "QUIT");
    expect(await store.add(item("counter"), 1, inAnHour())).toBe(1);
    await redis.send("AUTH s3cret", "CONFIG SET maxmemory 1", "QUIT");
    await expect(store.put(item("s"))).rejects.toMatchObject(said(/is full: give it more memory/, "STORE_UNAVAILABLE"));
  });

  test("nobody is there, or the name is unknown", async () => {
    const nobody = createRedisStore({ url: `redis://127.0.0.1:${await freePort()}`, timeoutMs: 300 });
    await expect(nobody.get(KEY)).rejects.toMatchObject(said(/cannot be reached/, "STORE_UNAVAILABLE"));
    const unknown = createRedisStore({ url: "redis://nowhere.invalid:6379", timeoutMs: 2_000 });
    await expect(unknown.get(KEY)).rejects.toMatchObject({ message: expect.stringMatching(/cannot be reached/) });
  });
});

test("a server without the setting has no such store", () => {
  expect(openRedis({})).toBeUndefined();
  expect(openRedis({ redisUrl: "redis://127.0.0.1:1" })).toBeDefined();
});

describe.skipIf(!program)("a server whose URL is in a secret", () => {
  test("is found when it is first needed, and again after its password has changed", async () => {
    const redis = await startRedis(program as string, "--requirepass", "first");
    try {
      const urls = ["first", "second"].map((password) => redis.url.replace("//", `//:${password}@`));
      let current = "redis//no-url";
      let read = 0;
      const store = openRedis({}, async () => {
        read += 1;
        return current;
      });
      expect(read).toBe(0);
      await expect(store?.get(KEY)).rejects.toMatchObject(said(/secret with the URL .* holds something else/));
      current = urls[0] ?? "";
      await store?.put(item("s"));
      await store?.get(KEY);
      expect(read).toBe(2);
      await redis.send("AUTH first", "CONFIG SET requirepass second", "CLIENT KILL TYPE normal", "QUIT");
      await expect.poll(() => store?.get(KEY).catch(({ code }) => code)).toBe("STORE_MISCONFIGURED");
      current = urls[1] ?? "";
      await expect.poll(() => store?.get(KEY).catch(({ code }) => code)).toMatchObject({ value: "v" });
    } finally {
      await redis.close();
    }
  });

  test("is read again every five seconds at most where Redis refuses what it is sent, and leaves no connection open", async () => {
    const redis = await startRedis(program as string);
    try {
      await redis.send("ACL SETUSER default -@scripting -@pubsub", "QUIT");
      let read = 0;
      let time = Date.now();
      const url = async (): Promise<string> => {
        read += 1;
        return redis.url;
      };
      const store = createRedisStore({ url, now: () => time });
      for (let count = 0; count < 20; count++) {
        time += 3_000;
        await expect(store.put(item("s"))).rejects.toMatchObject(said(/may not do what the server needs/));
        const watched = store.watch?.("p", new AbortController().signal)[Symbol.asyncIterator]();
        await expect(watched?.next()).rejects.toMatchObject(said(/may not do what the server needs/));
      }
      expect(read).toBe(10);
      const connections = async (): Promise<number> =>
        (await redis.send("CLIENT LIST", "QUIT")).split("id=").length - 1;
      // One is that of the question itself.
      await expect.poll(connections).toBeLessThanOrEqual(3);
    } finally {
      await redis.close();
    }
  });

  test("cannot be reached while the secret cannot be read, which the sentence says", async () => {
    const failure = new AnycloudError("STORE_MISCONFIGURED", "The credentials do not allow reading the secret.");
    const store = createRedisStore({ url: () => Promise.reject(failure) });
    await expect(store.get(KEY)).rejects.toBe(failure);
  });
});
