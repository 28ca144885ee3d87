import { expect, test } from "vitest";
import { type LambdaEvent, readEvent } from "../../adapters/aws/lambda-event.ts";

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
  const { headers } = readEvent(event({}, named)).request;
  expect(Object.entries(headers)).toEqual([
    ["__proto__", "a, b"],
    ["constructor", "c, d"],
    ["tostring", "e"],
  ]);
  expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
});

test("names that differ in case alone are one header", () => {
  const { headers } = readEvent(event({ "X-One": "1", "x-one": "2", Cookie: "a=1", cookie: "b=2" })).request;
  expect(headers).toEqual({ "x-one": "1, 2", cookie: "a=1; b=2" });
});
