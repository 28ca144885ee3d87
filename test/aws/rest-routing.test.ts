import { expect, test } from "vitest";
import type { ReceivedRequest } from "../../emulators/aws/ingress/received-request.ts";
import { proxyForAll, type RestApiDefinition, type RestRoute } from "../../emulators/aws/ingress/rest-definition.ts";
import { customised, findRoute } from "../../emulators/aws/ingress/rest-routing.ts";
import * as rules from "../../emulators/aws/ingress/rest-rules.ts";

const request = (method: string, path: string, headers: ReceivedRequest["headers"] = []): ReceivedRequest => ({
  method,
  path,
  query: "",
  headers,
  body: Buffer.alloc(0),
  sourceIp: "203.0.113.7",
  receivedAt: new Date(0),
});

const route = (method: string, resource: string, authorization: RestRoute["authorization"] = "NONE"): RestRoute => ({
  method,
  resource,
  authorization,
  integration: { kind: "AWS_PROXY", streaming: true, timeoutMs: 900_000 },
});

const API: RestApiDefinition = {
  binaryMediaTypes: [],
  routes: [
    route("ANY", "/{proxy+}", "CUSTOM"),
    route("OPTIONS", "/{proxy+}"),
    route("GET", "/.well-known/{kind}"),
    route("GET", "/.well-known/jwks"),
    route("POST", "/iam", "AWS_IAM"),
    route("POST", "/pool", "COGNITO_USER_POOLS"),
  ],
  gatewayResponses: [],
  admits: (authorization) => authorization === "Bearer good",
};

const found = (method: string, path: string, authorization?: string): unknown => {
  const outcome = findRoute(API, request(method, path, authorization ? [["Authorization", authorization]] : []));
  return "resource" in outcome ? [outcome.method, outcome.resource, outcome.parameters] : outcome.responseType;
};

test("the route for everything takes every path with what it holds, the root too", () => {
  const everything = proxyForAll(true, 1);
  for (const path of ["/mcp", "//a/", "/a%2fb", "/\\x", "/a/../b"]) {
    expect(findRoute(everything, request("POST", path))).toMatchObject({ parameters: { proxy: path.slice(1) } });
  }
  expect(findRoute(everything, request("DELETE", "/"))).toMatchObject({ resource: "/", parameters: {} });
});

test("the resource with the fewest variables is met, then its method, then its ANY", () => {
  expect(found("GET", "/.well-known/jwks")).toEqual(["GET", "/.well-known/jwks", {}]);
  expect(found("GET", "/.well-known/other")).toEqual(["GET", "/.well-known/{kind}", { kind: "other" }]);
  expect(found("OPTIONS", "/mcp")).toEqual(["OPTIONS", "/{proxy+}", { proxy: "mcp" }]);
  expect(found("POST", "/mcp/a/b", "Bearer good")).toEqual(["ANY", "/{proxy+}", { proxy: "mcp/a/b" }]);
  expect(found("GET", "/.well-known/other/more", "Bearer good")).toEqual([
    "ANY",
    "/{proxy+}",
    { proxy: ".well-known/other/more" },
  ]);
});

test("a request without a route, or with a method that its resource lacks, misses a token", () => {
  expect(found("GET", "/")).toBe("MISSING_AUTHENTICATION_TOKEN");
  expect(found("OPTIONS", "/.well-known/jwks")).toBe("MISSING_AUTHENTICATION_TOKEN");
});

test("an authorizer asks for a token, and rejects invalid ones", () => {
  expect(found("POST", "/mcp")).toBe("UNAUTHORIZED");
  expect(found("POST", "/mcp", "Bearer bad")).toBe("ACCESS_DENIED");
  expect(found("POST", "/pool")).toBe("UNAUTHORIZED");
  expect(found("POST", "/pool", "Bearer bad")).toBe("UNAUTHORIZED");
  expect(found("POST", "/iam")).toBe("MISSING_AUTHENTICATION_TOKEN");
  expect(found("POST", "/iam", "AWS4-HMAC-SHA256 bad")).toBe("ACCESS_DENIED");
  expect(found("POST", "/iam", "Bearer good")).toEqual(["POST", "/iam", {}]);
});

test("an answer of the gateway has the status and headers that the API gave its kind, or else its class", () => {
  const challenge = { type: "UNAUTHORIZED", headers: { "WWW-Authenticate": "Bearer" } };
  const others = { type: "DEFAULT_4XX", status: 404, headers: { "x-default": "yes" } };
  const responses = [others, challenge];
  expect(customised(rules.UNAUTHORIZED, responses)).toMatchObject({ status: 401, headers: challenge.headers });
  expect(customised(rules.ACCESS_DENIED, responses)).toMatchObject({ status: 404, headers: others.headers });
  expect(customised(rules.TIMED_OUT, responses)).toBe(rules.TIMED_OUT);
  expect(customised(rules.NO_SUCH_STAGE, responses)).toBe(rules.NO_SUCH_STAGE);
});
