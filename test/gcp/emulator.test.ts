import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  about,
  alive,
  bodyOf,
  buildArtefact,
  echo,
  FORMS,
  openStream,
  send,
  startService,
  temporaryFolder,
  textOf,
} from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

const MEBIBYTE = 1024 * 1024;

describe.each(FORMS)("the service's life, as %s", (form) => {
  test("three instances take requests in turn", async () => {
    await using service = await startService(folder.path, { form, instances: 3 });
    const pids: number[] = [];
    for (let request = 0; request < 6; request++) pids.push((await echo(service.port, { path: "/x" })).pid);
    expect(new Set(pids.slice(0, 3)).size).toBe(3);
    expect(pids.slice(3)).toEqual(pids.slice(0, 3));
  });

  test("with amnesia every request meets a process of its own, which ends after it", async () => {
    await using service = await startService(folder.path, { form, amnesia: true });
    const pids: number[] = [];
    for (let request = 0; request < 4; request++) pids.push((await echo(service.port, { path: "/x" })).pid);
    expect(new Set(pids).size).toBe(4);
    await expect.poll(() => pids.filter(alive), { timeout: 30_000 }).toEqual([]);
  });

  test("an instance that dies is a 5xx for its requests and is replaced", async () => {
    await using service = await startService(folder.path, { form });
    const { pid } = await about(service.port);
    // The framework still answers for a process that ends itself, with its own 500.
    expect((await send(service.port, { path: "/exit" })).statusCode).toBe(form === "function" ? 500 : 503);
    await expect
      .poll(async () => (await send(service.port, { path: "/status?code=200" })).statusCode, { timeout: 30_000 })
      .toBe(200);
    expect((await about(service.port)).pid).not.toBe(pid);
  });

  test("an instance that dies in the middle of a stream breaks it", async () => {
    await using service = await startService(folder.path, { form });
    const stream = await openStream(service.port, "/stuck");
    process.kill((await about(service.port)).pid, "SIGKILL");
    await expect(bodyOf(stream)).rejects.toThrow("aborted");
  });

  test("a reload under load loses no request, and a stream finishes on its old process", async () => {
    await using service = await startService(folder.path, { form });
    const before = await about(service.port);
    const name = randomUUID();
    const stream = await openStream(service.port, `/gated?name=${name}`);
    let loading = true;
    const revisions = new Set<string | undefined>();
    const worker = async (): Promise<void> => {
      while (loading) {
        const response = await send(service.port, { path: "/about" });
        expect(response.statusCode).toBe(200);
        revisions.add(JSON.parse((await bodyOf(response)).toString()).env.K_REVISION);
      }
    };
    const load = Promise.all([worker(), worker(), worker()]);
    await service.reload();
    await service.reload();
    loading = false;
    await load;
    revisions.add((await about(service.port)).env.K_REVISION);
    expect([...revisions]).toContain("mcp-00003-emu");
    expect(before.env.K_REVISION).toBe("mcp-00001-emu");
    // The stream's process has left the rotation and lives on for it: only there can its gate be opened.
    await textOf(Number(before.env.PORT), `/open?name=${name}`);
    expect((await bodyOf(stream)).toString()).toBe("onetwo");
    await expect.poll(() => alive(before.pid), { timeout: 30_000 }).toBe(false);
  });

  test("SIGTERM fires the deadline, and a stream ends cleanly", async () => {
    await using service = await startService(folder.path, { form });
    const streams = [
      await openStream(service.port, "/until-deadline"),
      await openStream(service.port, "/until-deadline"),
    ];
    const { pid } = await about(service.port);
    const bodies = Promise.all(streams.map(bodyOf));
    await service.close();
    expect((await bodies).map(String)).toEqual(["opengoodbye", "opengoodbye"]);
    expect(alive(pid)).toBe(false);
  });

  test("close ends a stream that will not end, and leaves no process", async () => {
    await using service = await startService(folder.path, { form, instances: 2, timeScale: 0.05 });
    const pids = [(await about(service.port)).pid, (await about(service.port)).pid];
    const stream = await openStream(service.port, "/stuck");
    const broken = expect(bodyOf(stream)).rejects.toThrow("aborted");
    await service.close();
    await broken;
    expect(pids.filter(alive)).toEqual([]);
    await expect(send(service.port, { path: "/x" })).rejects.toThrow();
  });

  test("the request timeout: the deadline comes before it, then a 504 or a cut", { timeout: 120_000 }, async () => {
    await using service = await startService(folder.path, { form, requestTimeoutSeconds: 8 });
    const graceful = textOf(service.port, "/until-deadline");
    const stuck = openStream(service.port, "/stuck").then(bodyOf);
    const never = send(service.port, { path: "/never" });
    await expect(graceful).resolves.toBe("opengoodbye");
    await expect(stuck).rejects.toThrow("aborted");
    expect((await never).statusCode).toBe(504);
    // The instance lives on: it has other requests.
    expect((await echo(service.port, { path: "/x" })).url).toBe("/x");
  });

  test("the environment is Cloud Run's, and a service cannot set what is the platform's", async () => {
    const environment = { GREETING: "hello", K_SERVICE: "mine", PORT: "1" };
    await using service = await startService(folder.path, { form, environment, requestTimeoutSeconds: 60 });
    const { env } = await about(service.port);
    expect(env).toMatchObject({ GREETING: "hello", K_SERVICE: "mcp", K_CONFIGURATION: "mcp" });
    expect(env).toMatchObject({ K_REVISION: "mcp-00001-emu", CLOUD_RUN_TIMEOUT_SECONDS: "60" });
    expect(env.PORT).not.toBe("1");
    expect(env.FUNCTION_TARGET).toBe(form === "function" ? "mcp" : undefined);
    expect(service.imitates).toContain(form);
  });
});

describe("the front end", () => {
  test("sets what Cloud Run sets, removes what it removes, and keeps Host", async () => {
    await using service = await startService(folder.path);
    const traceId = "0123456789abcdef0123456789abcdef";
    const headers = [
      ...["x-forwarded-for", "203.0.113.9", "x-forwarded-proto", "gopher", "forwarded", "for=203.0.113.9"],
      ...["x-google-internal", "secret", "proxy-authorization", "Basic x", "te", "trailers", "keep-alive", "1"],
      ...["traceparent", `00-${traceId}-0123456789abcdef-01`],
    ];
    const arrived = await echo(service.port, { path: "/x", headers });
    expect(arrived.headers).toMatchObject({
      host: `127.0.0.1:${service.port}`,
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "http",
      forwarded: 'for="127.0.0.1";proto=http',
    });
    expect(arrived.headers["x-cloud-trace-context"]).toMatch(new RegExp(`^${traceId}/\\d+$`));
    expect(arrived.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    for (const name of ["x-google-internal", "proxy-authorization", "te", "keep-alive"]) {
      expect([name, arrived.headers[name]]).toEqual([name, undefined]);
    }
  });

  test("begins a trace where the client has none, or a broken one", async () => {
    await using service = await startService(folder.path);
    const traces = [
      (await echo(service.port, { path: "/x" })).headers,
      (await echo(service.port, { path: "/x", headers: ["x-cloud-trace-context", "forged/1"] })).headers,
    ].map((headers) => headers["x-cloud-trace-context"]);
    for (const trace of traces) expect(trace).toMatch(/^[0-9a-f]{32}\/\d+$/);
    expect(traces[0]).not.toBe(traces[1]);
  });

  test("refuses over 32 MiB of request, with a length and chunked, and of a response with a length", async () => {
    await using service = await startService(folder.path);
    for (const chunked of [false, true]) {
      const body = Buffer.alloc(32 * MEBIBYTE + 1);
      const response = await send(service.port, { method: "POST", path: "/x", body, chunked });
      expect([response.statusCode, (await bodyOf(response)).toString()]).toEqual([413, "Request entity too large"]);
    }
    expect((await send(service.port, { path: `/large?bytes=${33 * MEBIBYTE}` })).statusCode).toBe(500);
    expect((await textOf(service.port, `/flood?bytes=${33 * MEBIBYTE}`)).length).toBe(33 * MEBIBYTE);
  });

  test("lets exactly 32 MiB of request through", async () => {
    await using service = await startService(folder.path);
    const body = Buffer.alloc(32 * MEBIBYTE);
    const response = await send(service.port, { method: "POST", path: "/nothing?code=202", body });
    expect(response.statusCode).toBe(202);
  });

  test("puts as many requests on an instance as it may have, then starts another, then answers 429", async () => {
    await using service = await startService(folder.path, { concurrency: 2, maxInstances: 2, timeScale: 0.05 });
    const streams = [];
    for (let request = 0; request < 4; request++) streams.push(await openStream(service.port, "/hold?name=x"));
    expect(streams.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    const refused = await send(service.port, { path: "/x" });
    expect([refused.statusCode, (await bodyOf(refused)).toString()]).toEqual([429, "Rate exceeded."]);
    for (const stream of streams) stream.destroy();
    await expect.poll(async () => (await send(service.port, { path: "/x" })).statusCode, { timeout: 30_000 }).toBe(200);
    const pids = new Set([await about(service.port), await about(service.port)].map(({ pid }) => pid));
    expect(pids.size).toBe(2);
  });

  test("gives a place that becomes free to a request that waits", async () => {
    await using service = await startService(folder.path, { concurrency: 1, maxInstances: 1 });
    const stream = await openStream(service.port, "/hold?name=x");
    const waiting = echo(service.port, { path: "/waited" });
    stream.destroy();
    expect((await waiting).url).toBe("/waited");
  });
});

describe("a service that does not start", () => {
  function artefact(files: Record<string, string>): { readonly path: string } & Disposable {
    const broken = temporaryFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(broken.path, name), text);
    return broken;
  }
  async function reason(path: string, options: Parameters<typeof startService>[1] = {}): Promise<unknown> {
    return startService(path, options).then(
      (service) => service.close(),
      (error: unknown) => error,
    );
  }

  test.each(FORMS)("for want of its entry says which is missing, as %s", async (form) => {
    using empty = artefact({});
    const entry = form === "container" ? "server.mjs" : "index.mjs";
    expect(await reason(empty.path, { form })).toMatchObject({
      code: "ARTEFACT_INVALID",
      message: expect.stringContaining(`${entry} is missing`),
    });
  });

  test.each(FORMS)("because it throws says what it threw, as %s", async (form) => {
    const text = `throw new TypeError("no such notebook");`;
    using broken = artefact({ "server.mjs": text, "index.mjs": text, "package.json": '{ "main": "index.mjs" }' });
    expect(await reason(broken.path, { form })).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringContaining("no such notebook"),
    });
  });

  test("because it exports no function says so", async () => {
    using broken = artefact({ "index.mjs": "export const other = 1;", "package.json": '{ "main": "index.mjs" }' });
    expect(await reason(broken.path, { form: "function" })).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringContaining("Function 'mcp' is not defined"),
    });
  });

  test("because it never listens is ended, and says so", async () => {
    using silent = artefact({ "server.mjs": `console.log(process.pid); setInterval(() => {}, 1e6);` });
    const lines: string[] = [];
    const options = { timeScale: 0.005, onOutput: (line: string) => void lines.push(line) };
    expect(await reason(silent.path, options)).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringMatching(/did not listen on PORT \d+ within 1.2 s/),
    });
    expect(lines.map(Number).filter(alive)).toEqual([]);
  });
});
