import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Container, listenOnPort } from "../../adapters/gcp/container.ts";
import type { HttpHandler, Invocation } from "../../src/adapter.ts";
import { createMemoryStore } from "../../src/index.ts";
import { bodyOf, openStream, send, textOf } from "./service.ts";

const LOOPBACK = { port: 0, host: "127.0.0.1" };
const open: Container[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((container) => container.close()));
});

async function listen(handler: HttpHandler): Promise<Container> {
  const container = await listenOnPort(handler, LOOPBACK);
  open.push(container);
  return container;
}

/** The facts about one request to a fresh container, in the environment as it is. */
async function invocationOf(headers: readonly string[] = []): Promise<Invocation> {
  const seen = Promise.withResolvers<Invocation>();
  const { port } = await listen(async (_, invocation) => {
    seen.resolve(invocation);
    return { status: 204, headers: {} };
  });
  await bodyOf(await send(port, { path: "/", headers }));
  return seen.promise;
}

describe("a container", () => {
  test.each(["", "http", "-1", "65536", "80 80"])("refuses to guess what PORT=%j means", async (port) => {
    vi.stubEnv("PORT", port);
    await expect(listenOnPort(async () => ({ status: 204, headers: {} }))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });

  test("listens on PORT", async () => {
    const { port } = await listen(async () => ({ status: 204, headers: {} }));
    await open.pop()?.close();
    vi.stubEnv("PORT", String(port));
    const container = await listenOnPort(async () => ({ status: 204, headers: {} }), { host: "127.0.0.1" });
    open.push(container);
    expect(container.port).toBe(port);
  });

  test("tries where its state is a second after it listens, and not when it ended before", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const store = createMemoryStore();
      const put = vi.spyOn(store, "put");
      const handler: HttpHandler = async () => ({ status: 204, headers: {} });
      const [ended, alive] = await Promise.all(
        [1, 2].map(() => listenOnPort(handler, { ...LOOPBACK, state: { store } })),
      );
      if (alive) open.push(alive);
      await ended?.close();
      vi.advanceTimersByTime(999);
      expect(put).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(put).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("says that its port is taken", async () => {
    const { port } = await listen(async () => ({ status: 204, headers: {} }));
    const second = listenOnPort(async () => ({ status: 204, headers: {} }), { port, host: "127.0.0.1" });
    await expect(second).rejects.toMatchObject({ code: "PORT_IN_USE" });
  });

  test("keeps idle connections longer than Google's front end does", async () => {
    const { port } = await listen(async () => ({ status: 204, headers: {} }));
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const [answer] = await once(socket, "data");
    socket.destroy();
    expect(answer).toMatch(/keep-alive: timeout=620/i);
  });

  test("drops none of many headers", async () => {
    let names = 0;
    const { port } = await listen(async ({ headers }) => {
      names = Object.keys(headers).length;
      return { status: 204, headers: {} };
    });
    const headers = Array.from({ length: 2100 }, (_, index) => [index.toString(36), ""]).flat();
    await bodyOf(await send(port, { path: "/", headers }));
    expect(names).toBeGreaterThanOrEqual(2100);
  });

  test.each([413, 204])("answers %i before a body is sent that nobody will read", async (status) => {
    const { port } = await listen(async () => ({ status, headers: {} }));
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.write(`POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ${33 * 1024 * 1024}\r\n\r\n`);
    const [answer] = await once(socket, "data");
    socket.destroy();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("closes: accepts nobody, lets streams go, waits for them, then for what was handed to waitUntil", async () => {
    const work = Promise.withResolvers<void>();
    const { port, close } = await listen(async (_, { stopping, waitUntil }) => {
      waitUntil?.(work.promise);
      return { status: 200, headers: {}, body: untilAborted(stopping) };
    });
    const stream = await openStream(port, "/");
    let closed = false;
    const closing = close().then(() => {
      closed = true;
    });
    expect((await bodyOf(stream)).toString()).toBe("opengoodbye");
    const tried = (): Promise<string> => textOf(port, "/").catch((error: Error) => error.message);
    await expect.poll(tried).toContain("ECONNREFUSED");
    expect(closed).toBe(false);
    work.resolve();
    await closing;
  });

  test("gives its requests the time that the platform gives it, but for 3 seconds", async () => {
    const told: number[] = [];
    const close = async (shutdownSeconds: number): Promise<void> => {
      const started = Promise.withResolvers<void>();
      const handler: HttpHandler = async (_, { deadline }) => {
        started.resolve();
        await once(deadline as AbortSignal, "abort");
        told.push(shutdownSeconds);
        return { status: 204, headers: {} };
      };
      const limits = { requestSeconds: 30, readerSeconds: 60, shutdownSeconds };
      const container = await listenOnPort(handler, { ...LOOPBACK, limits });
      const response = send(container.port, { path: "/" });
      await started.promise;
      const since = performance.now();
      await Promise.all([container.close(), response]);
      // Timers may fire a millisecond early.
      expect(performance.now() - since).toBeGreaterThan((shutdownSeconds - 3) * 1000 - 10);
    };
    await Promise.all([close(7), close(5)]);
    expect(told).toEqual([5, 7]);
  });

  test("closed twice, closes once, and listens to SIGTERM no more", async () => {
    const before = process.listenerCount("SIGTERM");
    const { close } = await listen(async () => ({ status: 204, headers: {} }));
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    await Promise.all([close(), close()]);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });

  test("serves a request that arrives as it closes, and asks its connection to end", async () => {
    const stopping: boolean[] = [];
    const { port, close } = await listen(async ({ url }, invocation) => {
      stopping.push(invocation.stopping?.aborted ?? false);
      return { status: 200, headers: {}, body: url };
    });
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    let answers = "";
    socket.on("data", (chunk: string) => {
      answers += chunk;
    });
    const ended = once(socket, "close");
    socket.write("GET /first HTTP/1.1\r\nHost: h\r\n\r\n");
    await expect.poll(() => answers).toContain("/first");
    socket.write("GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
    await Promise.all([close(), ended]);
    expect(stopping).toEqual([false, true]);
    expect(answers).toMatch(/\/first.*connection: close.*\/second$/is);
  });

  test("asks the connections of requests in flight to end", async () => {
    const known = Promise.withResolvers<void>();
    const { port, close } = await listen(async (_, { stopping }) => {
      known.resolve();
      await new Promise((resolve) => stopping?.addEventListener("abort", resolve));
      return { status: 200, headers: {}, body: "whole" };
    });
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    const answered = once(socket, "data");
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await known.promise;
    void close();
    expect(String((await answered)[0])).toMatch(/connection: close.*whole$/is);
  });
});

describe("the invocation", () => {
  test("has a deadline a tenth, at most 10 s, before the platform's timeout", async () => {
    for (const [seconds, expected] of Object.entries({ "3600": 3590, "300": 290, "60": 54, "": 290, none: 290 })) {
      vi.stubEnv("CLOUD_RUN_TIMEOUT_SECONDS", seconds);
      const timers = vi.spyOn(globalThis, "setTimeout");
      await invocationOf();
      expect([seconds, timers.mock.calls.map(([, ms]) => ms)]).toEqual([
        seconds,
        expect.arrayContaining([expected * 1000]),
      ]);
      timers.mockRestore();
    }
  });

  test("has its deadline before what the deployment says, where the platform says nothing", async () => {
    vi.stubEnv("MCP_ANYCLOUD_TIMEOUT_SECONDS", "900");
    const timers = vi.spyOn(globalThis, "setTimeout");
    await invocationOf();
    expect(timers.mock.calls.map(([, ms]) => ms)).toContain(890_000);
    timers.mockRestore();
  });
});

async function* untilAborted(signal: AbortSignal | undefined): AsyncGenerator<string, void> {
  yield "open";
  if (signal && !signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  yield "goodbye";
}
