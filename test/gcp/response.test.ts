import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  about,
  bodyOf,
  buildArtefact,
  echo,
  FORMS,
  openStream,
  type Service,
  send,
  startService,
  temporaryFolder,
  textOf,
} from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

const MEBIBYTE = 1024 * 1024;

describe.each(FORMS)("a response, as %s", (form) => {
  let service: Service;
  /** The instance itself, without the platform before it. */
  let instancePort: number;
  beforeAll(async () => {
    service = await startService(folder.path, { form });
    instancePort = Number((await about(service.port)).env.PORT);
  });
  afterAll(() => service?.close());

  test.each([200, 201, 202, 400, 401, 403, 404, 405, 413, 429, 500, 503])("has status %i", async (code) => {
    const response = await send(service.port, { path: `/status?code=${code}` });
    expect([response.statusCode, (await bodyOf(response)).toString()]).toEqual([code, "answer"]);
  });

  test.each([200, 202, 204, 304, 405])("without a body ends, with status %i", async (code) => {
    const response = await send(service.port, { path: `/nothing?code=${code}` });
    expect([response.statusCode, (await bodyOf(response)).length]).toEqual([code, 0]);
    if (code === 204) expect(response.headers["content-length"]).toBeUndefined();
  });

  test("with 5 MB arrives, whole and streamed", async () => {
    const whole = await textOf(service.port, `/large?bytes=${5 * MEBIBYTE}`);
    expect(whole === "é".repeat((5 * MEBIBYTE) / 2)).toBe(true);
    expect((await textOf(service.port, `/flood?bytes=${5 * MEBIBYTE}`)).length).toBe(5 * MEBIBYTE);
  });

  test("streams each chunk before the next exists", async () => {
    const name = randomUUID();
    const response = await send(service.port, { path: `/gated?name=${name}` });
    const chunks = response[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe("one");
    await textOf(service.port, `/open?name=${name}`);
    expect(String((await chunks.next()).value)).toBe("two");
    expect((await chunks.next()).done).toBe(true);
  });

  test("that streams shows its headers before there is a first chunk", async () => {
    const name = randomUUID();
    const response = await send(service.port, { path: `/silent?name=${name}` });
    expect(response.statusCode).toBe(200);
    await textOf(service.port, `/open?name=${name}`);
    expect((await bodyOf(response)).toString()).toBe("at last");
  });

  test("that comes too late for its client has its stream closed", async () => {
    const name = randomUUID();
    const socket = connect(service.port, "127.0.0.1");
    socket.write(`GET /too-late?name=${name} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await sleep(50);
    socket.destroy();
    await expect.poll(() => service.noted(`put away ${name}`)).toBe(true);
  });

  test("that streams nothing ends", async () => {
    expect(await textOf(service.port, "/empty-stream")).toBe("");
  });

  test("to HEAD has headers and no body, whole or streamed, and its stream is closed", async () => {
    const whole = await send(service.port, { method: "HEAD", path: "/status?code=200" });
    expect([whole.headers["content-length"], (await bodyOf(whole)).length]).toEqual(["6", 0]);
    const declared = await send(service.port, { method: "HEAD", path: "/head-length" });
    expect([declared.headers["content-length"], (await bodyOf(declared)).length]).toEqual(["4711", 0]);
    const streamed = await send(service.port, { method: "HEAD", path: "/stuck" });
    expect([streamed.statusCode, (await bodyOf(streamed)).length]).toEqual([200, 0]);
  });

  test("that lies about its length or coding is framed by the adapter", async () => {
    const response = await send(instancePort, { path: "/lie" });
    expect(response.headers).toMatchObject({ "content-length": "6" });
    expect(response.headers["transfer-encoding"]).toBeUndefined();
    expect((await bodyOf(response)).toString()).toBe("answer");
    expect(await textOf(instancePort, "/lying-stream")).toBe("answer");
  });

  test.each([
    "/throw",
    "/bad-value",
    "/bad-name",
    "/bad-body",
    "/status?code=99",
    "/status?code=200.5",
    "/status?code=101",
  ])("of a handler that fails, or cannot be sent, is a 500 without detail: %s", async (path) => {
    const response = await send(service.port, { path });
    const text = (await bodyOf(response)).toString();
    expect([response.statusCode, JSON.parse(text).error.code]).toEqual([500, -32603]);
    expect(text + JSON.stringify(response.headers)).not.toMatch(/detail|x-evil|at .*:\d/);
  });

  test("that fails in the middle breaks the connection", async () => {
    const response = await send(service.port, { path: "/break" });
    expect(response.statusCode).toBe(200);
    await expect(bodyOf(response)).rejects.toThrow("aborted");
    await expect.poll(() => service.output.join("\n")).toContain("detail for the operator");
  });

  test("waits for a slow reader instead of filling the memory", async () => {
    const total = 256 * MEBIBYTE;
    const before = (await about(service.port)).flooded;
    const response = await send(service.port, { path: `/flood?bytes=${total}` });
    // Nobody reads: the body's iterator must come to rest before its end.
    let produced = -1;
    for (let last = -2; last !== produced; ) {
      last = produced;
      await sleep(300);
      produced = (await about(service.port)).flooded - before;
    }
    response.destroy();
    expect(produced).toBeGreaterThan(0);
    expect(produced).toBeLessThan(total);
  });

  test("tells the handler that its client has left, and closes its stream", async () => {
    const name = randomUUID();
    const response = await openStream(service.port, `/hold?name=${name}`);
    response.destroy();
    await expect.poll(() => service.noted(`told ${name}`)).toBe(true);
    await expect.poll(() => service.noted(`stopped ${name}`)).toBe(true);
    expect(service.noted(`went on ${name}`)).toBe(false);
  });

  test("that ended well leaves the signal alone", async () => {
    const name = randomUUID();
    await textOf(service.port, `/later?name=${name}`);
    await textOf(service.port, `/open?name=${name}`);
    await expect.poll(() => service.noted(`later ${name}`)).toBe(true);
    await expect.poll(() => service.output.join("\n")).toContain("work that fails");
    expect(await echo(service.port, { path: "/still-here" })).toMatchObject({ url: "/still-here" });
  });
});
