import { describe, expect, test } from "vitest";
import type { AlbEvent } from "../../adapters/aws/alb-event.ts";
import { toBufferedLambda } from "../../adapters/aws/entry.ts";
import { openInvocation } from "../../adapters/aws/invocation.ts";
import type { LambdaEvent, RestEvent, UrlEvent } from "../../adapters/aws/lambda-event.ts";
import { toRequest } from "../../adapters/aws/request.ts";
import type { Invocation } from "../../src/adapter.ts";

const REST: RestEvent = {
  httpMethod: "POST",
  path: "/mcp",
  headers: null,
  multiValueHeaders: null,
  multiValueQueryStringParameters: null,
  requestContext: { identity: { sourceIp: "203.0.113.7" } },
  body: null,
  isBase64Encoded: false,
};
const URL_EVENT: UrlEvent = {
  version: "2.0",
  rawPath: "/mcp",
  rawQueryString: "",
  headers: {},
  requestContext: { http: { method: "POST", sourceIp: "203.0.113.7" } },
  isBase64Encoded: false,
};

/** The facts about an invocation that an event carries. */
function factsOf(event: LambdaEvent): Invocation {
  const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 1_000 };
  const { facts, close } = openInvocation({ event, context, canStream: false });
  void close();
  return facts;
}

describe("an event", () => {
  test("from a REST API gets its decoded query encoded again, several values of a name side by side", () => {
    const request = toRequest({ ...REST, multiValueQueryStringParameters: { a: ["1 &", "2"], "ü=": ["\ud800"] } });
    expect(request.url).toBe("/mcp?a=1%20%26&a=2&%C3%BC%3D=%EF%BF%BD");
  });

  test("joins repeated headers under one lower-case name, cookies with a semicolon", () => {
    const request = toRequest({
      ...REST,
      multiValueHeaders: { Accept: ["a", "b"], accept: ["c"], Cookie: ["d=1", "e=2"] },
    });
    expect(request.headers).toEqual({ accept: "a, b, c", cookie: "d=1; e=2" });
  });

  test("from a REST API without multi-value headers is read from the single ones", () => {
    expect(toRequest({ ...REST, headers: { Host: "h", Gone: undefined } }).headers).toEqual({ host: "h" });
  });

  test("from a Function URL gets its cookie header back", () => {
    const request = toRequest({ ...URL_EVENT, cookies: ["a=1", "b=2"], headers: { host: "h" } });
    expect(request.headers).toEqual({ host: "h", cookie: "a=1; b=2" });
  });

  test.each(["//evil.example/x", "/a//b", "/%2F%2e%2E", "/[::1]@x:y"])("keeps the path %s as it is", (path) => {
    expect(toRequest({ ...REST, path }).url).toBe(path);
    expect(toRequest({ ...URL_EVENT, rawPath: path }).url).toBe(path);
  });

  test.each([
    ["evil.example/x", "/evil.example/x"],
    ["", "/"],
    ["/a?b#c d\u00fc", "/a%3Fb%23c%20d%C3%BC"],
  ])("a path %j becomes the path %s and nothing else", (path, url) => {
    expect(toRequest({ ...REST, path }).url).toBe(url);
  });

  const proxied = (proxy: string): Partial<RestEvent> => ({ resource: "/{proxy+}", pathParameters: { proxy } });
  const { http } = URL_EVENT.requestContext;
  const named = { stage: "prod", apiId: "abc", domainPrefix: "abc" };
  const custom = { stage: "mcp", apiId: "abc", domainPrefix: "mcp" };

  test.each<[string, LambdaEvent, string]>([
    [
      "the stage of an HTTP API",
      { ...URL_EVENT, rawPath: "/prod/mcp", requestContext: { http, stage: "prod" } },
      "/mcp",
    ],
    ["the stage alone", { ...URL_EVENT, rawPath: "/prod", requestContext: { http, ...named } }, "/"],
    [
      "the stage before a route",
      {
        ...URL_EVENT,
        ...{ rawPath: "/prod/a/b%20c", routeKey: "ANY /{proxy+}", pathParameters: { proxy: "a/b c" } },
        requestContext: { http, ...named },
      },
      "/a/b%20c",
    ],
    [
      "no stage of another name",
      { ...URL_EVENT, rawPath: "/product/mcp", requestContext: { http, ...named } },
      "/product/mcp",
    ],
    ["no stage of a custom domain", { ...URL_EVENT, rawPath: "/mcp", requestContext: { http, ...custom } }, "/mcp"],
    [
      "the key of an API mapping",
      {
        ...URL_EVENT,
        ...{ rawPath: "/v1/tools/mcp", routeKey: "POST /mcp" },
        requestContext: { http, ...custom },
      },
      "/mcp",
    ],
    ["the base path of a custom domain", { ...REST, path: "/tools/mcp", ...proxied("mcp") }, "/mcp"],
    ["the base path before the root", { ...REST, path: "/tools", resource: "/" }, "/"],
    ["nothing of a path of its own", { ...REST, path: "/tools/mcp", ...proxied("tools/mcp") }, "/tools/mcp"],
    ["no empty segment", { ...REST, path: "//mcp", ...proxied("mcp") }, "//mcp"],
    [
      "the stage of an HTTP API that sends payload 1.0",
      {
        ...REST,
        version: "1.0",
        path: "/prod/mcp",
        resource: "$default",
        requestContext: { ...REST.requestContext, ...named },
      },
      "/mcp",
    ],
    [
      "no stage of a REST API, which is not in the path",
      { ...REST, path: "/prod/mcp", resource: "/prod/mcp", requestContext: { ...REST.requestContext, ...named } },
      "/prod/mcp",
    ],
  ])("gets %s taken off its path", (_what, event, url) => {
    expect(toRequest(event).url).toBe(url);
  });

  const ALB: AlbEvent = {
    httpMethod: "POST",
    path: "/mcp",
    requestContext: {
      elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/mcp/1" },
    },
    headers: { host: "h", "x-forwarded-for": "198.51.100.1, 203.0.113.7" },
    queryStringParameters: { a: "1%202" },
    body: "{}",
    isBase64Encoded: false,
  };

  test("from a load balancer is served, with one value for each name or with all", async () => {
    const { headers: one = {}, queryStringParameters: _, ...rest } = ALB;
    const all: AlbEvent = {
      ...rest,
      multiValueHeaders: { host: ["h"], "x-forwarded-for": ["198.51.100.1", "203.0.113.7"], accept: ["a", "b"] },
      multiValueQueryStringParameters: { a: ["1%202", "3"] },
    };
    expect(toRequest(ALB)).toEqual({ method: "POST", url: "/mcp?a=1%202", headers: one, body: "{}" });
    expect(toRequest(all)).toMatchObject({ url: "/mcp?a=1%202&a=3", headers: { accept: "a, b" } });
    for (const event of [ALB, all]) expect(factsOf(event)).toMatchObject({ clientIp: "203.0.113.7" });
    const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 1_000 };
    const serve = toBufferedLambda(async () => ({ status: 202, headers: { "x-a": "b" } }));
    expect(await serve(ALB, context)).toEqual({
      statusCode: 202,
      headers: { "x-a": "b" },
      body: "",
      isBase64Encoded: false,
    });
    expect(await serve(all, context)).toMatchObject({ statusCode: 202, multiValueHeaders: { "x-a": ["b"] } });
  });

  test("decodes base64 to bytes and leaves an empty body out", () => {
    const request = toRequest({ ...REST, body: "/wD+", isBase64Encoded: true });
    expect(request.body).toEqual(Buffer.from([255, 0, 254]));
    expect(toRequest({ ...URL_EVENT, body: "" })).not.toHaveProperty("body");
    expect(toRequest(REST)).not.toHaveProperty("body");
  });

  test("takes the client's address from the platform, never from a header", () => {
    const forged = { "x-forwarded-for": "198.51.100.1" };
    expect(factsOf({ ...REST, headers: forged }).clientIp).toBe("203.0.113.7");
    expect(factsOf({ ...URL_EVENT, headers: forged }).clientIp).toBe("203.0.113.7");
  });

  test("names the caller whose signature the ingress checked, and nobody where it checked none", () => {
    const userArn = "arn:aws:sts::123456789012:assumed-role/notes/ada";
    const signer = { accountId: "123456789012", userId: "AROAEXAMPLE:ada" };
    // The role is the caller: its sessions are named by whoever assumes it.
    const subject = "arn:aws:sts::123456789012:assumed-role/notes";
    const identity = { issuer: "aws-iam", subject, claims: { ...signer, sessionName: "ada" } };
    const restIam = { sourceIp: "203.0.113.7", userArn, accountId: signer.accountId, caller: signer.userId };
    expect(factsOf({ ...REST, requestContext: { identity: restIam } }).identity).toEqual(identity);
    const { http } = URL_EVENT.requestContext;
    const authorizer = { iam: { userArn, ...signer } };
    expect(factsOf({ ...URL_EVENT, requestContext: { http, authorizer } }).identity).toEqual(identity);

    const user = "arn:aws:iam::123456789012:user/teams/ada";
    for (const whole of [user, "arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:federated-user/ada"]) {
      const iam = { ...signer, userArn: whole };
      const found = factsOf({ ...URL_EVENT, requestContext: { http, authorizer: { iam } } }).identity;
      expect(found).toEqual({ issuer: "aws-iam", subject: whole, claims: signer });
    }

    const unsigned = { sourceIp: "203.0.113.7", userArn: null, accountId: null, caller: null };
    expect(factsOf({ ...REST, requestContext: { identity: unsigned } })).not.toHaveProperty("identity");
    expect(factsOf({ ...URL_EVENT, requestContext: { http, authorizer: null } }).identity).toBeUndefined();
    const byToken = { http, authorizer: { iam: null, jwt: { claims: { sub: "ada" } } } };
    expect(factsOf({ ...URL_EVENT, requestContext: byToken }).identity).toBeUndefined();
  });

  test.each([
    ["of a schedule", { source: "aws.events" }],
    ["of another service of HTTP, version 1", { raw_path: "/mcp", method: "POST", headers: {}, body: null }],
    [
      "of another service of HTTP, version 2",
      { version: "2.0", path: "/mcp", method: "POST", requestContext: { timeEpoch: "1" } },
    ],
    ["that only looks like one of a REST API", { httpMethod: "POST", path: "/mcp", headers: {} }],
    ["that only looks like one of payload 2.0", { version: "2.0", rawPath: "/mcp", requestContext: {} }],
    ["without a context", { rawPath: "/mcp", requestContext: null }],
  ])("%s is refused with a word on what is expected", (_what, event) => {
    expect(() => toRequest(event as unknown as LambdaEvent)).toThrow(/API Gateway.* Function URL.* Load Balancer/);
  });
});
