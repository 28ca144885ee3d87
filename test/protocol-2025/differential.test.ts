import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { asLegacy } from "../protocol-2026/differential/answers.ts";
import { createEverything } from "../protocol-2026/differential/everything-server.ts";
import { createV1Everything } from "../protocol-2026/differential/everything-v1-server.ts";
import { REQUESTS, type Sent } from "../protocol-2026/differential/requests.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { type Caller, callerOf, textOf } from "../support/messages.ts";

/**
 * Answers that are ours on purpose. The SDKs refuse a client that takes JSON alone, never end a call that asks its client,
 * and answer an id that JSON.parse may have rounded.
 */
const OURS = [
  "progress to a client that takes JSON alone",
  "progress where nothing can stream",
  "a question",
  "a question to a client that takes none",
  "a request to the client",
  "an id that is a fraction",
];

/** SDK v1 parses these more strictly than JSON-RPC asks or calls them a parse error; we answer as SDK v2 does for both. */
const OURS_FOR_V1 = [
  "a progress token of no type",
  "fields that nobody knows",
  "a result beside the method",
  "an id that is null",
  "another version of JSON-RPC",
  "params that are a list",
  "an empty object",
  "an empty list",
  "a list of modern calls",
  "null",
];

const sdkV2 = createMcpHandler(() => createEverything());

/** SDK v1 without sessions, as its documentation shows it: a server and a transport for each request. */
async function fetchFromV1(request: Request): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport();
  await createV1Everything().connect(transport as never);
  return transport.handleRequest(request);
}

describe.each([
  ["v2", createEverything, (request: Request) => sdkV2.fetch(request), OURS.filter((name) => !/question/.test(name))],
  ["v1", createV1Everything, fetchFromV1, [...OURS, ...OURS_FOR_V1]],
] as const)(
  "without a session, a server of SDK %s answers as that SDK does",
  (_version, factory, fetchFromSdk, ours) => {
    const instance = instanceOf(() => factory(), {});
    const sdk = callerOf(async ({ method, url, headers, body }) => {
      const init = { method, headers: headers as Record<string, string>, body: body as string };
      const response = await fetchFromSdk(new Request(`https://mcp.example${url}`, init));
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    });

    test.each(REQUESTS.filter(([name]) => !ours.includes(name)))("%s", async (_name, request) => {
      expect(await answered(instance, asLegacy(request))).toEqual(await answered(sdk, asLegacy(request)));
    });
  },
);

test("each answer that is ours on purpose is one of the corpus", () => {
  expect(REQUESTS.map(([name]) => name)).toEqual(expect.arrayContaining([...OURS, ...OURS_FOR_V1]));
});

/** Status and messages: the SDKs send an event stream where one JSON body is enough. */
async function answered(call: Caller, { message, options }: Sent): Promise<unknown> {
  const response = await call(message, options);
  const text = await textOf(response);
  if (!String(response.headers["content-type"]).startsWith("text/event-stream")) {
    return { status: response.status, messages: text === "" ? [] : [comparable(JSON.parse(text))] };
  }
  const data = text.split("\n").filter((line) => line.startsWith("data: {"));
  return { status: response.status, messages: data.map((line) => comparable(JSON.parse(line.slice("data: ".length)))) };
}

/** JSON inside of a text compares by value: the web's `Headers` sorts the names that a tool repeats. */
function comparable({
  result,
  ...message
}: {
  readonly result?: { content?: ReadonlyArray<{ text?: string }> };
}): unknown {
  const parsed = result?.content?.map(({ text, ...block }) => ({
    ...block,
    text: text?.startsWith("{") ? JSON.parse(text) : text,
  }));
  return { ...message, ...(result && { result: { ...result, ...(parsed && { content: parsed }) } }) };
}
