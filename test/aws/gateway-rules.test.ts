import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Artefact, buildArtefact, writeArtefact } from "./artefact.ts";
import { type Emulated, emulate } from "./emulated.ts";
import { SAMPLE_HANDLER } from "./sample-handler.ts";

let artefact: Artefact;
beforeAll(async () => {
  artefact = await buildArtefact(SAMPLE_HANDLER);
});
afterAll(() => artefact?.remove());

/** Sends a request with a target and headers that fetch would not. */
async function send(origin: string, path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const { hostname, port } = new URL(origin);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest({ hostname, port, path, headers, method: "POST" }, resolve).on("error", reject).end();
  });
  const chunks = await response.toArray();
  return [response.statusCode ?? 0, Buffer.concat(chunks).toString()];
}

describe("a REST API", () => {
  let aws: Emulated;
  let origin: string;
  beforeAll(async () => {
    aws = await emulate(artefact.folder, { stage: "prod", concurrency: 2 });
    origin = new URL(aws.url).origin;
  });
  afterAll(() => aws?.[Symbol.asyncDispose]());

  test.each(["/", "/mcp", "/production/echo"])("knows nothing outside its stage: %s", async (path) => {
    expect(await send(origin, path)).toEqual([403, '{"message":"Missing Authentication Token"}']);
  });

  test("hands the path over without the stage", async () => {
    expect(JSON.parse((await send(origin, "/prod/echo?x"))[1]).url).toBe("/echo?x=");
    expect((await send(origin, "/prod"))[0]).toBe(404);
  });

  test("refuses more than 10,240 bytes of request line and header values", async () => {
    expect((await send(origin, "/prod/pid", { "x-large": "x".repeat(9_900) }))[0]).toBe(200);
    expect((await send(origin, "/prod/pid", { "x-large": "x".repeat(10_240) }))[0]).toBe(431);
    expect((await send(origin, `/prod/pid?${"x".repeat(10_240)}`))[0]).toBe(431);
  });

  test.each(["|", "{", "}"])("refuses a bare %s in the query", async (character) => {
    expect((await send(origin, `/prod/echo?a=${character}`))[0]).toBe(400);
  });

  test("splits the query at semicolons", async () => {
    expect(JSON.parse((await send(origin, "/prod/echo?a=1;b=2"))[1]).url).toBe("/echo?a=1&b=2");
  });

  test("refuses a chunked request", async () => {
    expect((await send(origin, "/prod/echo", { "transfer-encoding": "chunked" }))[0]).toBe(400);
  });

  test("takes the method from X-HTTP-Method-Override", async () => {
    const { method, headers } = JSON.parse(
      (await send(origin, "/prod/echo", { "x-http-method-override": "PATCH" }))[1],
    );
    expect([method, "x-http-method-override" in headers]).toEqual(["PATCH", false]);
  });

  test("drops request headers no function sees", async () => {
    const { headers } = JSON.parse(
      (await send(origin, "/prod/echo", { te: "gzip", "max-forwards": "1", kept: "yes" }))[1],
    );
    expect([headers.te, headers["max-forwards"], headers.kept]).toEqual([undefined, undefined, "yes"]);
  });

  test("answers 500 for an invocation too many", async () => {
    const barrier = randomUUID();
    const held = [aws.text(`/held?barrier=${barrier}`), aws.text(`/held?barrier=${barrier}`)];
    // The two reach the function in their own time: until then a third finds room.
    while ((await aws.answer("/pid"))[0] === 200);
    expect(await aws.answer("/pid")).toEqual([500, '{"message":"Internal server error"}']);
    aws.open(barrier);
    await Promise.all(held);
  });
});

test("the gateway itself answers /ping of a custom domain", async () => {
  await using aws = await emulate(artefact.folder);
  expect(await aws.answer("/ping")).toEqual([200, "Healthy Connection"]);
});

test("a REST API that streams gives up on a silent function, which runs on", async () => {
  await using aws = await emulate(artefact.folder, { timeScale: 0.01 });
  expect(await aws.answer("/hang")).toEqual([504, '{"message":"Endpoint request timed out"}']);
  const barrier = randomUUID();
  const stream = await fetch(`${aws.url}/stream?barrier=${barrier}`);
  await expect(stream.text()).rejects.toThrow(/terminated/);
  aws.open(barrier);
  await aws.seen(`${barrier}-done`);
});

test("a REST API that buffers gives up after 29 seconds, the function runs on", async () => {
  await using aws = await emulate(artefact.folder, { streaming: false, timeoutSeconds: 900, timeScale: 0.05 });
  const barrier = randomUUID();
  expect(await aws.answer(`/background?barrier=${barrier}`)).toEqual([504, '{"message":"Endpoint request timed out"}']);
  aws.open(barrier);
  await aws.seen(`${barrier}-seen`);
});

test("a Function URL answers 429 for an invocation too many, and 502 for one that ran out of time", async () => {
  await using aws = await emulate(artefact.folder, {
    ingress: "function-url",
    concurrency: 1,
    timeoutSeconds: 300,
    timeScale: 0.01,
  });
  const hanging = aws.answer("/hang");
  while ((await aws.answer("/pid"))[0] === 200);
  expect((await aws.answer("/pid"))[1]).toContain("Rate Exceeded.");
  expect(await hanging).toEqual([502, "Internal Server Error"]);
});

describe("a streaming function that does not speak the gateway's language", () => {
  const writing = (statements: string): string =>
    `export const handler = awslambda.streamifyResponse(async (event, stream) => { ${statements} });`;
  const metadata = (json: string): string => `stream.write(${JSON.stringify(json)}); stream.write(new Uint8Array(8));`;

  test.each([
    ["no metadata", 'stream.write("x"); stream.end();', 500],
    ["an empty answer ended without a write", "stream.end();", 500],
    [
      "metadata lost because nothing was written",
      "awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end();",
      500,
    ],
    ["metadata with a key of its own", `${metadata('{"statusCode":200,"body":"x"}')} stream.end();`, 500],
    ["a header that is no text", `${metadata('{"headers":{"a":1}}')} stream.end();`, 500],
    ["a header with a line break", `${metadata('{"headers":{"a":"1\\n"}}')} stream.end();`, 500],
    ["a delimiter after 16 KB", `${metadata(`{"headers":{"a":"${"x".repeat(16_384)}"}}`)} stream.end();`, 500],
    ["an error before the first write", 'throw new Error("early");', 502],
  ])("%s", async (_, statements, status) => {
    const folder = await writeArtefact(writing(statements));
    await using _removed = { [Symbol.asyncDispose]: folder.remove };
    await using aws = await emulate(folder.folder);
    expect(await aws.answer("/")).toEqual([status, '{"message":"Internal server error"}']);
  });

  test("metadata written by hand, several values and cookies in it", async () => {
    const json = '{"multiValueHeaders":{"a":["1","2"]},"headers":{"a":"1","b":"3"},"cookies":["c=1","d=2"]}';
    const folder = await writeArtefact(writing(`${metadata(json)} stream.write("x"); stream.end();`));
    await using _removed = { [Symbol.asyncDispose]: folder.remove };
    await using aws = await emulate(folder.folder);
    const { status, headers } = await fetch(aws.url);
    expect([status, headers.get("a"), headers.get("b"), headers.getSetCookie()]).toEqual([
      200,
      "1, 2",
      "3",
      ["c=1", "d=2"],
    ]);
  });

  test("a buffered answer with a key of its own", async () => {
    const folder = await writeArtefact(
      "export const bufferedHandler = async () => ({ statusCode: 200, cookies: [] });",
    );
    await using _removed = { [Symbol.asyncDispose]: folder.remove };
    await using aws = await emulate(folder.folder, { streaming: false });
    expect(await aws.answer("/")).toEqual([502, '{"message":"Internal server error"}']);
    expect(aws.output.join("\n")).toContain("Malformed Lambda proxy response");
  });

  test("a Function URL answers with the function's own JSON", async () => {
    const folder = await writeArtefact("export const bufferedHandler = async () => ({ hello: true });");
    await using _removed = { [Symbol.asyncDispose]: folder.remove };
    await using aws = await emulate(folder.folder, { streaming: false, ingress: "function-url" });
    expect(await aws.answer("/")).toEqual([200, '{"hello":true}']);
  });
});
