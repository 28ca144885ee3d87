import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEmulator, startAwsEmulator } from "../../emulators/aws/emulator.ts";
import { type Artefact, writeArtefact } from "./artefact.ts";
import * as functions from "./invoke-functions.ts";
import { clientOf } from "./invoke-server.ts";

let artefacts: Artefact[];
let streams: AwsEmulator;
let buffers: AwsEmulator;
beforeAll(async () => {
  artefacts = await Promise.all([functions.ECHOES, functions.BUFFERS].map(writeArtefact));
  const [echo, buffer] = artefacts.map(({ folder }) =>
    startAwsEmulator({ artefact: folder, port: 0, runtime: "built-in" }),
  );
  [streams, buffers] = (await Promise.all([echo, buffer])) as [AwsEmulator, AwsEmulator];
});
afterAll(async () => {
  await Promise.all([streams?.close(), buffers?.close()]);
  await Promise.all(artefacts.map((artefact) => artefact.remove()));
});

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:mcp-anycloud";
const SIGNED = { authorization: "AWS4-HMAC-SHA256 Credential=EMULATED/20261101/us-east-1/lambda/aws4_request" };

interface Asked {
  readonly name?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function ask({ name = "mcp-anycloud", query = "", headers = SIGNED, body = "{}" }: Asked): Promise<Response> {
  const path = `/2021-11-15/functions/${encodeURIComponent(name)}/response-streaming-invocations${query}`;
  return fetch(streams.lambdaUrl + path, { method: "POST", headers, body });
}

const EVENT = { "x-amz-invocation-type": "Event" };
test.each([
  ["unsigned", { headers: {} }, 403, "MissingAuthenticationTokenException"],
  ["no name", { name: "a b" }, 400, "ValidationException"],
  ["another name", { name: "other" }, 404, "ResourceNotFoundException"],
  ["another alias", { name: "mcp-anycloud:dead" }, 404, "ResourceNotFoundException"],
  ["another alias asked for", { query: "?Qualifier=dead" }, 404, "ResourceNotFoundException"],
  ["two aliases", { name: "mcp-anycloud:live", query: "?Qualifier=x" }, 400, "InvalidParameterValueException"],
  ["asynchronous", { headers: { ...SIGNED, ...EVENT } }, 400, "InvalidParameterValueException"],
  ["no JSON", { body: "{" }, 400, "InvalidRequestContentException"],
  ["too large", { body: `"${"x".repeat(6 * 1024 * 1024)}"` }, 413, "RequestTooLargeException"],
] as const)("refused: %s", async (_what, asked, status, errorType) => {
  const response = await ask(asked);
  expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([status, errorType]);
  expect(await response.json()).toMatchObject({ message: expect.stringMatching(/./) });
});

test("refused: another operation", async () => {
  const response = await fetch(`${streams.lambdaUrl}/2015-03-31/functions`, { headers: SIGNED });
  expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([404, "UnknownOperationException"]);
});

test("a dry run tells the version, and runs nothing", async () => {
  const response = await ask({ query: "?Qualifier=live", headers: { ...SIGNED, "x-amz-invocation-type": "DryRun" } });
  expect([response.status, response.headers.get("x-amz-executed-version"), await response.text()]).toEqual([
    204,
    "1",
    "",
  ]);
});

/** The response as AWS's client sees it. */
async function invoke(emulator: AwsEmulator, name: string, qualifier?: string): Promise<object> {
  const client = new LambdaClient(clientOf(emulator.lambdaUrl));
  try {
    const command = new InvokeWithResponseStreamCommand({
      FunctionName: name,
      Payload: Buffer.from('{"asked":1}'),
      ...(qualifier !== undefined && { Qualifier: qualifier }),
    });
    const { StatusCode, ExecutedVersion, ResponseStreamContentType, EventStream } = await client.send(command);
    let payload = "";
    const ends: unknown[] = [];
    for await (const { PayloadChunk, InvokeComplete } of EventStream ?? []) {
      payload += Buffer.from(PayloadChunk?.Payload ?? []).toString();
      if (InvokeComplete) ends.push(InvokeComplete);
    }
    return { StatusCode, ExecutedVersion, ResponseStreamContentType, payload, ends };
  } finally {
    client.destroy();
  }
}

test.each([
  ["mcp-anycloud", undefined, "$LATEST"],
  ["mcp-anycloud:live", undefined, "1"],
  ["mcp-anycloud", "live", "1"],
  [ARN, undefined, "$LATEST"],
  [`${ARN}:live`, "live", "1"],
  ["123456789012:function:mcp-anycloud", "$LATEST", "$LATEST"],
])("AWS's client invokes %s (%s), which is version %s", async (name, qualifier, version) => {
  expect(await invoke(streams, name, qualifier)).toEqual({
    StatusCode: 200,
    ExecutedVersion: version,
    ResponseStreamContentType: "application/vnd.amazon.eventstream",
    payload: `{"statusCode":200,"headers":{"content-type":"application/json"}}${"\0".repeat(8)}{"asked":1}`,
    ends: [{}],
  });
});

test("a function that does not stream answers in one piece", async () => {
  expect(await invoke(buffers, "mcp-anycloud")).toMatchObject({
    payload: '{"statusCode":200,"body":"{}"}',
    ends: [{}],
  });
});
