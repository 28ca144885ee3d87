import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsEmulatorOptions } from "../../emulators/aws/emulator.ts";
import { findAwsRuntime } from "../../emulators/aws/runtime/find-runtime.ts";
import { type Artefact, buildArtefact } from "./artefact.ts";
import { type Emulated, emulate, RUNTIMES } from "./emulated.ts";
import { SAMPLE_HANDLER } from "./sample-handler.ts";

let artefact: Artefact;
beforeAll(async () => {
  artefact = await buildArtefact(SAMPLE_HANDLER);
});
afterAll(() => artefact?.remove());

if (!findAwsRuntime()) {
  test("on AWS's own runtime", ({ skip }) => skip("not installed; npm run install:lambda-runtime compiles it"));
}

const FIVE_MB = 5 * 1024 * 1024;
const INGRESSES: ReadonlyArray<Pick<AwsEmulatorOptions, "ingress" | "streaming"> & { readonly stage?: string }> = [
  { ingress: "rest-api", streaming: true },
  { ingress: "rest-api", streaming: true, stage: "prod" },
  { ingress: "rest-api", streaming: false },
  { ingress: "function-url", streaming: true },
  { ingress: "function-url", streaming: false },
];

const arms = RUNTIMES.flatMap((runtime) =>
  INGRESSES.map((ingress) => ({ name: `${runtime} ${JSON.stringify(ingress)}`, options: { runtime, ...ingress } })),
);

describe.each(arms)("$name", ({ options }) => {
  const { streaming, stage } = options;
  const rest = options.ingress === "rest-api";
  let aws: Emulated;
  beforeAll(async () => {
    aws = await emulate(artefact.folder, options);
  });
  afterAll(() => aws?.[Symbol.asyncDispose]());

  test("says what it imitates", () => {
    const mode = streaming ? "streaming" : "buffered";
    expect(aws.imitates).toContain(rest ? `API Gateway REST API (${mode})` : `Lambda Function URL (${mode})`);
    expect(aws.imitates).toMatch(options.runtime === "built-in" ? /built-in/ : /aws-lambda-ric \d/);
    expect(aws.url).toMatch(stage ? /:\d+\/prod$/ : /:\d+$/);
  });

  test("passes the request on with the facts that the platform attests", async () => {
    const body = Buffer.from([0, 255, 1, 254]);
    const headers = {
      "content-type": "application/octet-stream",
      Authorization: "Bearer t",
      "x-forwarded-for": "8.8.8.8",
    };
    const arrived = JSON.parse(await aws.text("/echo?a=1&a=%26", { method: "PUT", body, headers }));
    expect(arrived).toMatchObject({
      url: "/echo?a=1&a=%26",
      method: "PUT",
      bytes: body.toString("base64"),
      clientIp: "127.0.0.1",
      canStream: streaming,
      signal: false,
      deadline: false,
    });
    expect(arrived.headers).toMatchObject({ authorization: "Bearer t", "x-forwarded-for": "8.8.8.8, 127.0.0.1" });
    expect(arrived.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(arrived.headers).not.toHaveProperty("connection");
  });

  test("a request without a body has none", async () => {
    expect(JSON.parse(await aws.text("/echo"))).toMatchObject({ bodyType: "undefined" });
  });

  test.each([200, 201, 400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 503])(
    "status %i arrives",
    async (status) => {
      expect(await aws.answer(`/status?status=${status}`)).toEqual([status, "x"]);
    },
  );

  test("an empty answer arrives with its status", async () => {
    expect(await aws.answer("/empty", { method: "POST", body: "{}" })).toEqual([202, ""]);
  });

  test("5 MB arrive as an answer, and more than 6 MB only as a stream", async () => {
    expect(await aws.text(`/large?bytes=${FIVE_MB}`)).toHaveLength(FIVE_MB);
    const [status, body] = await aws.answer(`/large?bytes=${FIVE_MB + 2 * 1024 * 1024}`);
    expect([status, body.length > FIVE_MB]).toEqual(streaming ? [200, true] : [502, false]);
  });

  test("a request over Lambda's 6 MB is refused, base64 counted", async () => {
    const init = (length: number, type: string): RequestInit => ({
      method: "POST",
      body: Buffer.alloc(length, "x"),
      headers: { "content-type": type },
    });
    const fits = FIVE_MB - 512 * 1024 - 8_192;
    expect(await aws.answer("/count", init(fits, "application/octet-stream"))).toEqual([200, String(fits)]);
    expect((await aws.answer("/count", init(FIVE_MB, "application/octet-stream")))[0]).toBe(413);
    expect(await aws.answer("/count", init(FIVE_MB, "application/json"))).toEqual(
      rest ? [413, '{"message":"Request Too Long"}'] : [200, String(FIVE_MB)],
    );
    const over = await aws.answer("/count", init(11 * 1024 * 1024, "application/json"));
    expect(over[0]).toBe(413);
    if (rest) expect(over[1]).toBe("HTTP content length exceeded 10485760 bytes.");
  });

  test("a handler that throws is a 500 that gives nothing away", async () => {
    const [status, body] = await aws.answer("/throw");
    expect([status, JSON.parse(body).error.code]).toEqual([500, -32603]);
    expect(body).not.toContain("secret");
    expect(aws.output.join("\n")).toContain("secret detail");
  });

  test("headers the platform keeps for itself arrive under another name or not at all", async () => {
    const { headers } = await fetch(`${aws.url}/headers`);
    expect(headers.get("x-amzn-remapped-www-authenticate")).toBe("Bearer");
    expect(headers.get("x-amzn-remapped-date")).toBe("yesterday");
    expect([headers.has("www-authenticate"), headers.has("via"), headers.get("date") === "yesterday"]).toEqual([
      false,
      false,
      false,
    ]);
    expect([headers.get("x-custom"), headers.get("content-type"), headers.getSetCookie()]).toEqual([
      "kept",
      "text/plain",
      ["a=1"],
    ]);
  });

  test("a process that dies in the middle of a request is a 502, and the next request meets another", async () => {
    const before = await aws.text("/pid");
    expect((await aws.answer("/exit"))[0]).toBe(502);
    expect(await aws.text("/pid")).not.toBe(before);
  });

  test("requests at the same time get processes of their own, requests one after the other the same", async () => {
    const barrier = randomUUID();
    const held = [1, 2, 3].map(() => aws.text(`/held?barrier=${barrier}`));
    const free = await aws.text("/pid");
    aws.open(barrier);
    expect(new Set([...(await Promise.all(held)), free]).size).toBe(4);
  });

  test("work after the response holds its process, not the client", async () => {
    const barrier = randomUUID();
    const pid = aws.text(`/background?barrier=${barrier}`);
    // A buffered answer is the function's return value, and Lambda freezes what is left behind at that moment.
    if (!streaming) aws.open(barrier);
    await pid;
    if (streaming) {
      expect(await aws.text("/pid")).not.toBe(await pid);
      aws.open(barrier);
    }
    await aws.seen(`${barrier}-seen`);
  });

  if (streaming) {
    test("chunks arrive one by one", async () => {
      const barrier = randomUUID();
      const { body } = await fetch(`${aws.url}/stream?barrier=${barrier}`);
      const chunks = body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await chunks?.read())?.value).toMatch(/^\d+;$/);
      aws.open(barrier);
      expect((await chunks?.read())?.value).toBe("end");
      expect((await chunks?.read())?.done).toBe(true);
    });

    test.each(["throw", "exit"])("a stream that ends with %s is broken off", async (how) => {
      const barrier = randomUUID();
      const response = await fetch(`${aws.url}/stream?barrier=${barrier}`);
      expect(response.status).toBe(200);
      aws.open(`${barrier}-${how}`);
      aws.open(barrier);
      await expect(response.text()).rejects.toThrow(/terminated/);
      expect((await aws.answer("/pid"))[0]).toBe(200);
    });

    test("a client that goes away is not told to the function, which runs to its end", async () => {
      const barrier = randomUUID();
      const leaving = new AbortController();
      const response = await fetch(`${aws.url}/stream?barrier=${barrier}`, { signal: leaving.signal });
      await response.body?.getReader().read();
      leaving.abort();
      aws.open(`${barrier}-flood`);
      aws.open(barrier);
      await aws.seen(`${barrier}-done`);
    });
  }
});
