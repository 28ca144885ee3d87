import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { toBufferedLambda } from "../../adapters/aws/entry.ts";
import type { LambdaEvent } from "../../adapters/aws/lambda-event.ts";
import { toRequest } from "../../adapters/aws/request.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { textResult } from "../protocol-2026/instances.ts";
import { legacyRequest } from "../support/messages.ts";

const event = (headers: Record<string, string>, multi?: Record<string, string[]>): LambdaEvent => ({
  httpMethod: "POST",
  path: "/mcp",
  headers,
  multiValueHeaders: multi ?? null,
  multiValueQueryStringParameters: null,
  requestContext: { identity: { sourceIp: "203.0.113.7" } },
  body: null,
  isBase64Encoded: false,
});

test("headers that are named like what every object has are headers like any other", () => {
  const named = JSON.parse('{"__proto__":["a","b"],"constructor":["c","d"],"ToString":["e"]}');
  const { headers } = toRequest(event({}, named));
  expect(Object.entries(headers)).toEqual([
    ["__proto__", "a, b"],
    ["constructor", "c, d"],
    ["tostring", "e"],
  ]);
  expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
});

test("repeated in another case, they are joined like any other", () => {
  const named = JSON.parse('{"__proto__":"a","__PROTO__":"b","toString":"c","tostring":"d","hasOwnProperty":"e"}');
  const { headers } = toRequest(event(named));
  expect(Object.entries(headers)).toEqual([
    ["__proto__", "a, b"],
    ["tostring", "c, d"],
    ["hasownproperty", "e"],
  ]);
});

test("a request that carries one is served, and a tool sees it as it was sent", async () => {
  const headers = JSON.parse('{"__proto__":"y","constructor":"x"}');
  Object.assign(headers, { "Content-Type": "application/json", Accept: "application/json" });
  const serve = toBufferedLambda(
    createMcpEndpoint(
      () => {
        const server = new McpServer({ name: "seeing", version: "1" });
        server.registerTool("see", {}, async (ctx) => {
          return textResult(ctx.http?.req?.headers.get("constructor") ?? "nothing");
        });
        return server;
      },
      { logLevel: "silent" },
    ),
  );
  const body = JSON.stringify(legacyRequest("tools/call", { name: "see", arguments: {} }));
  const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 60_000 };
  const answer = await serve({ ...event(headers), body }, context);
  expect([answer.statusCode, JSON.parse(answer.body).result]).toEqual([200, textResult("x")]);
});

test("names that differ in case alone are one header", () => {
  const { headers } = toRequest(event({ "X-One": "1", "x-one": "2", Cookie: "a=1", cookie: "b=2" }));
  expect(headers).toEqual({ "x-one": "1, 2", cookie: "a=1; b=2" });
});

test("a header without a value, as an event that is written by hand may have it, is none", () => {
  const named = JSON.parse('{"a":null,"A":"1","b":null}');
  expect(toRequest(event(named)).headers).toEqual({ a: "1" });
  expect(toRequest(event({}, JSON.parse('{"a":null,"b":["2"]}'))).headers).toEqual({ b: "2" });
});
