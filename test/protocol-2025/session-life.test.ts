import type { AuthInfo } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { messagesOf, modernCall } from "../support/messages.ts";
import { breakableStore, countedStore } from "../support/stores.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";

describe("the principal of a session", () => {
  const verifier = {
    async verifyAccessToken(token: string): Promise<AuthInfo> {
      const [iss, sub] = token.split(":");
      return { token, clientId: "app", scopes: [], expiresAt: Date.now() / 1000 + 60, extra: { iss, sub } };
    },
  };
  const instances = startInstances(createSessionServer(), { verifier, audit: "off" });
  const as = (token: string): { headers: { authorization: string } } => ({
    headers: { authorization: `Bearer ${token}` },
  });

  test("uses it alone: for others it does not exist", async () => {
    const session = await instances.open(as("a:ada"));
    expect((await session.call(1, "echo", { text: "hi" }, as("a:ada"))).status).toBe(200);
    for (const otherCaller of ["a:bob", "b:ada"]) {
      const response = await session.call(1, "echo", { text: "hi" }, as(otherCaller));
      expect(response.status).toBe(404);
    }
    expect((await session.call(1, "echo", { text: "hi" }, { headers: { authorization: "" } })).status).toBe(401);
  });
});

describe("how long a session lives", () => {
  test("a day after its last request, then a week in which it comes back, unless it was ended", async () => {
    let time = Date.UTC(2026, 0, 1);
    const now = (): number => time;
    const at = (seconds: number): void => {
      time = Date.UTC(2026, 0, 1) + seconds * 1000;
    };
    const options = { store: createMemoryStore(now), sessionSeconds: 1000, sessionGraceSeconds: 500 };
    const instances = startInstances(createSessionServer(), options, { now });
    const [used, idle, late, ended] = [
      await instances.open(),
      await instances.open(),
      await instances.open(),
      await instances.open(),
    ];
    const status = async (session: typeof used): Promise<number> =>
      (await session.call(1, "echo", { text: "hi" })).status;
    for (const seconds of [700, 1400, 2100]) {
      at(seconds);
      expect(await status(used)).toBe(200);
    }
    at(1499);
    await ended.end(2);
    expect(await status(ended)).toBe(404);
    expect(await status(idle)).toBe(200);
    at(1501);
    expect(await status(late)).toBe(404);
    expect(await status(used)).toBe(200);
    expect(await status(idle)).toBe(200);
  });
});

describe("the store's operations", () => {
  const store = countedStore(createMemoryStore());
  const instances = startInstances(createSessionServer(), { store });
  const costOf = async (work: () => Promise<unknown>): Promise<object> => {
    const before = { ...store.counts };
    await work();
    return { reads: store.counts.reads - before.reads, writes: store.counts.writes - before.writes };
  };

  test("of a plain call: one read; of a call of 2026-07-28: none", async () => {
    const session = await instances.open();
    const echo = { name: "echo", arguments: { text: "hi" } };
    expect(await costOf(() => session.call(1, "echo", { text: "hi" }))).toEqual({ reads: 1, writes: 0 });
    expect(await costOf(() => session.ask(2, "tools/list"))).toEqual({ reads: 1, writes: 0 });
    expect(await costOf(() => instances.instances[1](...modernCall("tools/call", echo)))).toEqual({
      reads: 0,
      writes: 0,
    });
  });

  test("while no client waits: none", async () => {
    const session = await instances.open();
    const stream = await session.listen(0);
    await stream.next();
    await session.end(1);
    await stream.rest();
    expect(await costOf(() => new Promise((resolve) => setTimeout(resolve, 1_000)))).toEqual({ reads: 0, writes: 0 });
  });
});

describe("while the store cannot be asked", () => {
  const store = breakableStore(createMemoryStore());
  const instances = startInstances(createSessionServer(), { store });

  test("requests that need it answer 503, others work, and later all work again", async () => {
    const session = await instances.open();
    const echo = { name: "echo", arguments: { text: "hi" } };
    store.broken = true;
    const attempts = [
      session.call(1, "echo", { text: "hi" }),
      session.send(1, { jsonrpc: "2.0", method: "notifications/initialized" }),
      session.send(2, { jsonrpc: "2.0", id: "x.y.1", result: {} }),
      session.get(0),
      session.end(0),
      instances.instances[0](...modernCall("subscriptions/listen", { notifications: { toolsListChanged: true } })),
    ];
    for (const response of await Promise.all(attempts)) {
      expect(response.status).toBe(503);
      expect(Number(response.headers["retry-after"])).toBeGreaterThan(0);
      expect(await messagesOf(response)).toMatchObject([
        { error: { code: -32603, message: expect.stringContaining("store") } },
      ]);
    }
    expect((await instances.instances[0](...modernCall("tools/call", echo))).status).toBe(200);
    await expect(instances.open()).rejects.toThrow("503");
    store.broken = false;
    expect((await session.call(1, "echo", { text: "hi" })).status).toBe(200);
  });

  test("a stream that is open goes on to its client, and from what was kept when the store is back", async () => {
    const session = await instances.open();
    const { readStream } = await import("./stream-reader.ts");
    const stream = readStream(await session.call(0, "steps", { count: 5, gapMs: 100 }));
    await stream.message();
    store.broken = true;
    const rest = await stream.rest();
    store.broken = false;
    expect(rest.filter(({ message }) => message?.method)).toHaveLength(4);
    expect(rest.at(-1)?.message).toMatchObject({ result: {} });
    const standalone = await session.listen(1);
    store.broken = true;
    await new Promise((resolve) => setTimeout(resolve, 700));
    store.broken = false;
    await session.call(2, "announce", { word: "back" });
    expect((await standalone.message()).message).toMatchObject({ params: { data: "back" } });
    await standalone.leave();
  });
});
