import { once } from "node:events";
import { expect, test } from "vitest";
import { run, serve, writeFunctionApp } from "./function-app.ts";
import { ask, open } from "./raw-request.ts";

test("every status leaves as it is", async () => {
  const { url } = await serve(`return { status: Number(request.url.slice(1)), headers: { "x-a": "1" } };`);
  for (const status of [200, 201, 202, 204, 304, 400, 401, 404, 405, 413, 429, 500, 503]) {
    const answer = await ask(url, { target: `/${status}` });
    expect([answer.status, answer.headers["x-a"], answer.body.length]).toEqual([status, "1", 0]);
  }
});

test("an empty 202 has neither body nor content type", async () => {
  const { url } = await serve(`return { status: 202, headers: {}, body: "" };`);
  const { status, headers, body } = await ask(url, { method: "POST", body: "{}" });
  expect([status, headers["content-type"], body.length]).toEqual([202, undefined, 0]);
});

test("text leaves as UTF-8 with the handler's headers alone", async () => {
  const { url } = await serve(
    `return { status: 200, headers: { "www-authenticate": "Bearer a, b" }, body: "né 日本" };`,
  );
  const { headers, body } = await ask(url);
  expect(body.toString()).toBe("né 日本");
  expect([headers["www-authenticate"], headers["content-type"]]).toEqual(["Bearer a, b", undefined]);
});

test("each chunk of a stream leaves at once, the headers with the first", async () => {
  const { url } = await serve(`
    const gates = globalThis.gates ??= new Map();
    const id = request.url.slice(2);
    if (request.url.startsWith("/!")) { gates.get(id)?.(); return { status: 204, headers: {} }; }
    async function* body() {
      for (const step of ["one", "two", "three"]) { yield step; await new Promise((resolve) => gates.set(step, resolve)); }
    }
    return { status: 200, headers: { "content-type": "text/event-stream" }, body: body() };`);
  const answer = await open(url, { target: "/" });
  expect(answer.headers["content-type"]).toBe("text/event-stream");
  for (const step of ["one", "two", "three"]) {
    const [chunk] = await once(answer, "data");
    answer.pause();
    expect(String(chunk)).toBe(step);
    // The next chunk comes only after this request, so this one cannot have waited for it.
    await ask(url, { target: `/!${step}` });
    answer.resume();
  }
  await once(answer, "end");
});

test("a slow client holds the stream back", async () => {
  const { url } = await serve(`
    if (request.url === "/count") return { status: 200, headers: {}, body: String(globalThis.count ?? 0) };
    async function* body() { for (globalThis.count = 0; globalThis.count < 2000; globalThis.count++) yield "x".repeat(65536); }
    return { status: 200, headers: {}, body: body() };`);
  const answer = await open(url, { target: "/stream" });
  const count = async (): Promise<number> => Number((await ask(url, { target: "/count" })).body.toString());
  let before = -1;
  for (let now = await count(); now !== before; now = await count()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // 131 MB in all; what the sockets of two hops hold is a small part of it.
  expect(before).toBeLessThan(1000);
  let length = 0;
  for await (const chunk of answer) length += chunk.length;
  expect(length).toBe(2000 * 65536);
});

test("a handler that throws is a 500 that tells nothing", async () => {
  const { url, output } = await serve(`throw new Error("secret");`);
  const { status, body } = await ask(url);
  expect(status).toBe(500);
  expect(body.toString()).not.toContain("secret");
  expect(output.join("\n")).toContain("secret");
});

test.each([
  ["a status HTTP does not have", `{ status: 700, headers: {} }`],
  ["a header HTTP cannot carry", `{ status: 200, headers: { "x-a": "日" } }`],
])("%s is a 500", async (_, response) => {
  const { url } = await serve(`return ${response};`);
  expect((await ask(url)).status).toBe(500);
});

test("a body that fails after it began breaks the connection", async () => {
  const { url, output } = await serve(`
    async function* body() { yield "half an"; await pause(50); throw new Error("lost"); }
    return { status: 200, headers: {}, body: body() };`);
  await expect(ask(url)).rejects.toThrow(/aborted|ECONNRESET/);
  await expect.poll(() => output.join("\n")).toContain("lost");
});

test("a body that fails before it began is a 500", async () => {
  const { url } = await serve(`
    async function* body() { throw new Error("lost"); }
    return { status: 200, headers: {}, body: body() };`);
  expect((await ask(url)).status).toBe(500);
});

test("an app that does not stream gets whole requests and sends whole responses", async () => {
  const entry = `
    import { app } from "@azure/functions";
    import { toAzureFunction } from "adapter/entry.ts";
    app.http("echo", { methods: ["POST"], route: "v/{id:int}", handler: toAzureFunction(async (request, invocation) => {
      async function* body() { yield request.url; yield " " + Buffer.concat(await Array.fromAsync(request.body)) + " " + request.headers["x-a"]; yield " " + invocation.canStream; }
      return { status: 201, headers: { "x-b": "2" }, body: body() };
    }) });
    app.http("keyed", { authLevel: "function", handler: () => ({}) });`;
  const { url } = await run(await writeFunctionApp({ entry }));
  const { status, headers, body } = await ask(url, {
    method: "POST",
    target: "/v/7?q=1",
    headers: ["x-a", "1"],
    body: "hi",
  });
  expect([status, headers["x-b"], body.toString()]).toEqual([201, "2", "/v/7?q=1 hi 1 false"]);
  expect((await ask(url, { method: "POST", target: "/v/seven", body: "hi" })).status).toBe(404);
  expect((await ask(url, { target: "/keyed" })).status).toBe(401);
});
