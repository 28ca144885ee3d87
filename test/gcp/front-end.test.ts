import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  about,
  bodyOf,
  buildArtefact,
  echo,
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
    await expect.poll(async () => (await send(service.port, { path: "/x" })).statusCode).toBe(200);
    const pids = new Set([await about(service.port), await about(service.port)].map(({ pid }) => pid));
    expect(pids.size).toBe(2);
  });

  test("gives a slot that becomes free to a request that waits", async () => {
    await using service = await startService(folder.path, { concurrency: 1, maxInstances: 1 });
    const stream = await openStream(service.port, "/hold?name=x");
    const waiting = echo(service.port, { path: "/waited" });
    stream.destroy();
    expect((await waiting).url).toBe("/waited");
  });
});
