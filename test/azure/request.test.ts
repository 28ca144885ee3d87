import fc from "fast-check";
import { expect, test } from "vitest";
import { HOST_JSON, run, serve, serving, writeFunctionApp } from "./function-app.ts";
import { ask, json } from "./raw-request.ts";

const ECHO = `
  const body = request.body && Buffer.concat(await Array.fromAsync(request.body)).toString("base64");
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({
    ...request, body, requestId: invocation.requestId, clientIp: invocation.clientIp, canStream: invocation.canStream,
    signal: invocation.signal !== undefined }) };`;

test("any request arrives unchanged", async () => {
  const { url } = await serve(ECHO);
  const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,15}$/).map((name) => `x-t-${name}`);
  // Inside a header value a comma would be the separator of two.
  const value = fc.stringMatching(/^[!-+\--~]([ -+\--~]{0,20}[!-+\--~])?$/);
  const path = fc.stringMatching(/^\/([A-Za-z0-9_~$()*;:@!&'=+,-]{1,12}\/){0,4}[A-Za-z0-9_~-]{0,12}$/);
  const query = fc.option(
    fc.stringMatching(/^\?([A-Za-z0-9_.~-]{1,8}=([A-Za-z0-9_.~+/?:@,;-]|%[2-7][1-9A-F]){0,12}&?){0,3}$/),
    {
      nil: "",
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
      fc.tuple(path, query).map((parts) => parts.join("")),
      fc.dictionary(token, fc.array(value, { minLength: 1, maxLength: 3 }), { maxKeys: 4 }),
      fc.uint8Array({ maxLength: 300 }),
      async (method, target, headers, bytes) => {
        const body = method === "GET" || bytes.length === 0 ? undefined : bytes;
        const sent = Object.entries(headers).flatMap(([name, values]) => values.flatMap((one) => [name, one]));
        const answer = await ask(url, { method, target, headers: sent, ...(body && { body }) });
        const seen = json(answer);
        expect(seen).toMatchObject({ method, url: target, canStream: true, signal: false });
        expect(seen.headers).toMatchObject({
          host: new URL(url).host,
          ...Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(", ")])),
        });
        expect(seen.body).toBe(body && Buffer.from(body).toString("base64"));
        expect(seen.requestId).toBe(answer.headers["x-ms-invocation-id"]);
      },
    ),
    { numRuns: 60 },
  );
});

test("HEAD reaches the handler", async () => {
  const { url } = await serve(`return { status: request.method === "HEAD" ? 204 : 500, headers: {} };`);
  expect((await ask(url, { method: "HEAD" })).status).toBe(204);
});

test("5 MB arrive and leave byte for byte", async () => {
  const { url } = await serve(
    `return { status: 200, headers: {}, body: Buffer.concat(await Array.fromAsync(request.body)).toString("latin1").split("").reverse().join("") };`,
  );
  const bytes = Buffer.alloc(5_000_000, "0123456789abcdefghijklmnopqrstuvwxyz-");
  const answer = await ask(url, { method: "POST", target: "/mcp", body: bytes });
  expect(answer.body.equals(Buffer.from(bytes).reverse())).toBe(true);
});

test("a path is never read as an authority", async () => {
  const { url } = await serve(ECHO);
  expect(json(await ask(url, { target: "/a//evil.example/x?q=//y" })).url).toBe("/a//evil.example/x?q=//y");
  // ASP.NET Core's routing matches no empty first segment: the host turns it away before any function.
  expect((await ask(url, { target: "//evil.example/x" })).status).toBe(404);
});

test("the path is the one ASP.NET Core and YARP make of it", async () => {
  const { url } = await serve(ECHO);
  const seen = async (target: string): Promise<unknown> => json(await ask(url, { target })).url;
  expect(await seen("/a/./b/../c")).toBe("/a/c");
  expect(await seen("/a%20b%41%C3%A9")).toBe("/a%20bA%C3%A9");
  expect(await seen("/a%2Fb")).toBe("/a%252Fb");
});

test.each([
  [
    "of host.json",
    { host: JSON.stringify({ ...HOST_JSON, extensions: { http: { routePrefix: "/tools/" } } }) },
    "/tools",
  ],
  ["that host.json does not name", { host: '{"version":"2.0"}' }, "/api"],
])("the prefix %s is taken off the path", async (_what, files, prefix) => {
  const { url } = await run(await writeFunctionApp({ entry: serving(ECHO), ...files }));
  const seen = async (target: string): Promise<unknown> => json(await ask(url, { target })).url;
  expect(await seen(`${prefix}/mcp?a=${prefix}`)).toBe(`/mcp?a=${prefix}`);
  expect(await seen(`${prefix}${prefix}/mcp`)).toBe(`${prefix}/mcp`);
});

test("a client's forwarding headers do not become its address", async () => {
  const { url } = await serve(ECHO);
  const forged = [
    "client-ip",
    "6.6.6.6:1",
    "x-forwarded-for",
    "6.6.6.6",
    "x-client-ip",
    "6.6.6.6",
    "forwarded",
    "for=6.6.6.6",
  ];
  expect(json(await ask(url, { headers: forged })).clientIp).toBe("127.0.0.1");
});

test.each([
  [
    "a query parameter named Headers",
    { target: `/mcp?Headers=${encodeURIComponent('{"client-ip":"6.6.6.6","x-key":"forged"}')}` },
  ],
  ["a query parameter named headers", { target: "/mcp?headers=x" }],
  [
    "a JSON property named Headers",
    { method: "POST", target: "/mcp", body: '{"Headers":{"client-ip":"6.6.6.6","x-key":"forged"}}' },
  ],
])("%s does not replace the headers", async (_, request) => {
  const { url } = await serve(ECHO);
  const seen = json(await ask(url, { ...request, headers: ["x-key", "mine"] }));
  expect(seen).toMatchObject({ clientIp: "127.0.0.1", headers: { "x-key": "mine", host: new URL(url).host } });
});

test("two hosts are no request, as Kestrel has it", async () => {
  const { url } = await serve(ECHO);
  expect((await ask(url, { headers: ["host", "evil.example"] })).status).toBe(400);
});

test("a client's own invocation id is not believed", async () => {
  const { url } = await serve(ECHO);
  const seen = json(await ask(url, { headers: ["x-ms-invocation-id", "mine"] }));
  expect(seen.requestId).not.toBe("mine");
});

test("a body over the limit is 413, a wrong method 404", async () => {
  const { url } = await serve(ECHO, { environment: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" } });
  expect((await ask(url, { method: "POST", body: "x".repeat(1000) })).status).toBe(200);
  expect((await ask(url, { method: "POST", body: "x".repeat(1001) })).status).toBe(413);
  expect((await ask(url, { method: "TRACE" })).status).toBe(404);
});

test("the app's settings reach it, and nothing of this process does", async () => {
  const { url } = await serve(
    `return { status: 200, headers: {}, body: JSON.stringify({ a: process.env.A ?? null, vitest: process.env.VITEST ?? null }) };`,
    { environment: { A: "1" } },
  );
  expect(json(await ask(url))).toEqual({ a: "1", vitest: null });
});
