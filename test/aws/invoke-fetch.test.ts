import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toInvokeEvent } from "../../adapters/aws/lambda-api/invoke-event.ts";
import { createInvokeFetch } from "../../adapters/aws/lambda-api/invoke-fetch.ts";
import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from "../../emulators/aws/emulator.ts";
import { toUrlEvent } from "../../emulators/aws/ingress/url-event.ts";
import { writeArtefact } from "./artefact.ts";
import * as functions from "./invoke-functions.ts";
import { clientOf } from "./invoke-server.ts";

const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A function of this source on an emulated Lambda. */
async function run(source: string, options: Partial<AwsEmulatorOptions> = {}): Promise<AwsEmulator> {
  const artefact = await writeArtefact(source);
  closers.push(() => artefact.remove());
  const emulator = await startAwsEmulator({ artefact: artefact.folder, port: 0, runtime: "built-in", ...options });
  closers.push(() => emulator.close());
  return emulator;
}

/** `fetch` that invokes `name` there. */
function fetchOf(
  { lambdaUrl }: AwsEmulator,
  name = "mcp-anycloud",
): (init?: RequestInit, query?: string) => Promise<Response> {
  const invoke = createInvokeFetch(name, clientOf(lambdaUrl));
  closers.push(() => invoke.close());
  return (init, query = "") => invoke.fetch(`https://lambda.invalid/mcp${query}`, init);
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => ({ resolved: value }),
    (error) => error,
  );

describe("a request", () => {
  test("is the event of a Function URL", async () => {
    const fetch = fetchOf(await run(functions.ECHOES), "mcp-anycloud:live");
    const init = { method: "POST", headers: { "content-type": "application/json", "X-A": "1" }, body: '{"a":"ü"}' };
    const event = await (await fetch(init, "?x=%26")).json();
    expect(event).toMatchObject({ version: "2.0", rawPath: "/mcp", rawQueryString: "x=%26", body: '{"a":"ü"}' });
    expect(event.headers).toMatchObject({ host: "lambda.invalid", "x-a": "1", "content-type": "application/json" });
    expect(event.requestContext.http).toMatchObject({ method: "POST", path: "/mcp", sourceIp: "0.0.0.0" });
  });

  test("has every key that the emulated Function URL sends", () => {
    const body = Buffer.from("{}");
    const headers = [
      ["content-type", "application/json"],
      ["host", "h"],
    ] as const;
    const received = { method: "POST", path: "/mcp", query: "a=1", headers, body, sourceIp: "1.2.3.4" };
    const sent = toUrlEvent({ ...received, receivedAt: new Date() }, "id");
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const made = toInvokeEvent(new URL("https://h/mcp?a=1"), init, "id");
    expect(Object.keys(made).sort()).toEqual(Object.keys(sent).sort());
    expect(Object.keys(made.requestContext).sort()).toEqual(Object.keys(sent.requestContext).sort());
    expect(Object.keys(made.requestContext.http).sort()).toEqual(Object.keys(sent.requestContext.http).sort());
  });

  test("says what host it means in a header of its own", () => {
    const event = toInvokeEvent(new URL("https://h/mcp"), { headers: { Host: "mcp.example.com" } }, "id");
    expect(event.headers.host).toBe("mcp.example.com");
    expect(event.requestContext).toMatchObject({ domainName: "mcp.example.com" });
  });
});

test.each([200, 202, 204, 304, 404])("status %i arrives, with headers and cookies", async (status) => {
  const response = await fetchOf(await run(functions.ANSWERS_STATUS))({}, `?${status}`);
  expect([response.status, response.headers.get("x-a"), response.headers.getSetCookie()]).toEqual([
    status,
    "1",
    ["c=1", "d=2"],
  ]);
  expect(await response.text()).toBe("");
});

describe("one sentence says what is wrong", () => {
  const CASES: ReadonlyArray<[what: string, source: string, code: string, sentence: RegExp]> = [
    [
      "throws",
      functions.THROWS,
      "INSTANCE_FAILED",
      /^mcp-anycloud failed with RangeError: the table is closed \(its log/,
    ],
    [
      "is not HTTP",
      functions.NOT_HTTP,
      "INSTANCE_FAILED",
      /^mcp-anycloud answered, but not with an HTTP response that/,
    ],
    [
      "does not stream",
      functions.BUFFERS,
      "INSTANCE_FAILED",
      /^mcp-anycloud answered, but not with an HTTP response that/,
    ],
  ];
  test.each(CASES)("about a function that %s", async (_what, source, code, sentence) => {
    const error = await failureOf(fetchOf(await run(source))());
    expect(error).toMatchObject({ name: "AnycloudError", code, message: expect.stringMatching(sentence) });
  });

  test("about a function that runs out of time", async () => {
    const fetch = fetchOf(await run(functions.NEVER_ANSWERS, { timeoutSeconds: 10, timeScale: 0.02 }));
    expect(await failureOf(fetch())).toMatchObject({
      code: "INSTANCE_FAILED",
      message:
        "mcp-anycloud ran out of time (Task timed out after 0.20 seconds): raise its time limit, or see its log for what it waits for.",
    });
  });

  test.each([
    ["fails", functions.THROWS_LATE, {}, /failed with RangeError: half way/],
    // Time enough for a cold start on a slow machine.
    ["runs out of time", functions.STALLS, { timeoutSeconds: 10, timeScale: 0.3 }, /ran out of time/],
  ])("of a stream that %s, after what it brought", async (_what, source, options, sentence) => {
    const response = await fetchOf(await run(source, options))();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe(": hello\n\n");
    expect(await failureOf(Promise.resolve(reader?.read()))).toMatchObject({
      message: expect.stringMatching(sentence),
    });
  });

  test("about a function that is throttled, or does not exist, or cannot be called so", async () => {
    const throttled = await run(functions.ECHOES, { concurrency: 0 });
    expect(await failureOf(fetchOf(throttled)())).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringMatching(/^Lambda throttles mcp-anycloud: try again later/),
    });
    for (const name of ["other", "mcp-anycloud:dead"]) {
      const error = await failureOf(fetchOf(throttled, name)());
      const message = `Lambda has no function ${name} in this region and account: correct the name, the alias or the region.`;
      expect(error).toMatchObject({ code: "CONFIG_INVALID", message });
    }
    const error = await failureOf(fetchOf(throttled, "no name!")());
    expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringMatching(/cannot be the name of/) });
  });

  test("about a message over 6 MB, and about a Lambda that cannot be reached", async () => {
    const emulator = await run(functions.ECHOES);
    const body = "x".repeat(7 * 1024 * 1024);
    expect(await failureOf(fetchOf(emulator)({ method: "POST", body }))).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/larger than the 6 MB/),
    });
    const fetch = fetchOf(emulator);
    await emulator.close();
    expect(await failureOf(fetch())).toMatchObject({
      code: "INSTANCE_FAILED",
      message: expect.stringMatching(/^Lambda cannot be reached for mcp-anycloud/),
    });
  });
});

test("a signal ends the request, before its answer and in the middle of it", async () => {
  const reason = new Error("enough");
  const early = new AbortController();
  const hanging = failureOf(fetchOf(await run(functions.NEVER_ANSWERS))({ signal: early.signal }));
  setTimeout(() => early.abort(reason), 50);
  expect(await hanging).toBe(reason);

  const late = new AbortController();
  const response = await fetchOf(await run(functions.STALLS))({ signal: late.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  const rest = failureOf(Promise.resolve(reader?.read()));
  late.abort(reason);
  expect(await rest).toBe(reason);

  expect(await failureOf(fetchOf(await run(functions.ECHOES))({ signal: late.signal }))).toBe(reason);
});

test("a request that may have run is not sent again", async () => {
  let requests = 0;
  const failing = createServer((request, response) => {
    requests++;
    request.resume();
    response.writeHead(500, { "x-amzn-errortype": "ServiceException" }).end("{}");
  });
  await new Promise<void>((resolve) => failing.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    failing.closeAllConnections();
    await new Promise((resolve) => failing.close(resolve));
  });
  const invoke = createInvokeFetch("f", clientOf(`http://127.0.0.1:${(failing.address() as AddressInfo).port}`));
  closers.push(() => invoke.close());
  expect(await failureOf(invoke.fetch("https://lambda.invalid/mcp"))).toMatchObject({
    code: "INSTANCE_FAILED",
    message: expect.stringMatching(/^Lambda could not invoke f, or its answer broke off \(.+\): try again\.$/),
  });
  expect(requests).toBe(1);
});

test("without a region or credentials, it says which is missing", async () => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
  closers.push(async () => void vi.unstubAllEnvs());
  const endpoint = "http://127.0.0.1:9";
  const failure = (client: object) => failureOf(createInvokeFetch("f", client).fetch("https://lambda.invalid/mcp"));
  expect(await failure({ endpoint })).toMatchObject({
    message: expect.stringMatching(/^Nothing says in which region f is/),
  });
  expect(await failure({ endpoint, region: "us-east-1" })).toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringMatching(/^There are no AWS credentials to invoke f with/),
  });
});
