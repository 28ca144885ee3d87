import { describe, expect, test } from "vitest";
import { synthesize } from "./synthesis.ts";
import { createResolve } from "./template-values.ts";
import { OPT_IN, VARIANTS } from "./variants.ts";

interface Method {
  readonly HttpMethod: string;
  readonly AuthorizationType: string;
  readonly Integration: { Type: string; ResponseTransferMode?: string; TimeoutInMillis?: number; Uri?: unknown };
}

const restApi = synthesize({});
const optIn = synthesize(OPT_IN.server, OPT_IN);
const methodsOf = ({ resources }: typeof restApi): Method[] =>
  resources("AWS::ApiGateway::Method").map(([, { Properties }]) => Properties as unknown as Method);

describe("a REST API", () => {
  test("streams every method", () => {
    const methods = methodsOf(restApi);
    expect(methods).toHaveLength(2);
    for (const { HttpMethod, Integration } of methods) {
      expect(HttpMethod).toBe("ANY");
      expect(Integration).toMatchObject({
        Type: "AWS_PROXY",
        ResponseTransferMode: "STREAM",
        TimeoutInMillis: 900_000,
      });
      expect(JSON.stringify(Integration.Uri)).toContain("/response-streaming-invocations");
    }
  });

  test("is Regional and leaves bodies as they are", () => {
    expect(restApi.only("AWS::ApiGateway::RestApi")).toMatchObject({
      EndpointConfiguration: { Types: ["REGIONAL"] },
      BinaryMediaTypes: ["*/*"],
    });
  });

  test("logs no body, header, query or token, and throttles", () => {
    const { AccessLogSetting, MethodSettings } = restApi.only("AWS::ApiGateway::Stage");
    const { Format } = AccessLogSetting as { Format: string };
    expect(Object.values(JSON.parse(Format)).filter((value) => !/^\$context\.[\w.]+$/.test(String(value)))).toEqual([]);
    expect(Format).not.toMatch(/authorizer|header|query|body|resourcePath/i);
    expect(MethodSettings).toEqual([
      {
        HttpMethod: "*",
        ResourcePath: "/*",
        LoggingLevel: "ERROR",
        DataTraceEnabled: false,
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 200,
      },
    ]);
  });

  test("has a name of its own, by which its metrics are told from others'", () => {
    expect(restApi.only("AWS::ApiGateway::RestApi").Name).toMatch(/^Mcp/);
  });

  test("that buffers waits 29 seconds for the buffering handler", () => {
    const buffered = synthesize({ streaming: false });
    for (const { Integration } of methodsOf(buffered)) {
      expect(Integration).toMatchObject({ ResponseTransferMode: "BUFFERED", TimeoutInMillis: 29_000 });
    }
    const [fn] = buffered.resources("AWS::Lambda::Function").filter(([id]) => id.startsWith("ServerFunction"));
    expect(fn?.[1].Properties).toMatchObject({ Handler: "index.bufferedHandler", Timeout: 29 });
  });
});

describe("a REST API for tokens, under a name of its own", () => {
  const ORIGIN = "https://mcp.example.com";

  test("asks for them on every route but preflights, and streams what the function answers", () => {
    const answers = methodsOf(optIn).map(({ HttpMethod, AuthorizationType, Integration }) => [
      HttpMethod,
      AuthorizationType,
      Integration.ResponseTransferMode ?? Integration.Type,
    ]);
    expect(answers.sort()).toEqual([
      ["ANY", "COGNITO_USER_POOLS", "STREAM"],
      ["ANY", "COGNITO_USER_POOLS", "STREAM"],
      ["GET", "NONE", "MOCK"],
      ["GET", "NONE", "MOCK"],
      ["OPTIONS", "NONE", "MOCK"],
      ["OPTIONS", "NONE", "MOCK"],
      ["OPTIONS", "NONE", "STREAM"],
      ["OPTIONS", "NONE", "STREAM"],
    ]);
  });

  test("tells a client without a token where to get one, in a header that clients read", () => {
    const responses = optIn.resources("AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => Properties);
    const challenges = responses.map(({ ResponseType, StatusCode, ResponseParameters }) => [
      ResponseType,
      StatusCode,
      (ResponseParameters as Record<string, string>)["gatewayresponse.header.WWW-Authenticate"],
    ]);
    const metadata = `resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource/notes/mcp"`;
    expect(challenges.sort()).toEqual([
      ["ACCESS_DENIED", "403", `'Bearer error="insufficient_scope", ${metadata}'`],
      ["EXPIRED_TOKEN", "401", `'Bearer error="invalid_token", ${metadata}'`],
      ["UNAUTHORIZED", "401", `'Bearer ${metadata}'`],
    ]);
  });

  test("lets pages of every origin read that header, where pages may call", () => {
    const challenges = optIn
      .resources("AWS::ApiGateway::GatewayResponse")
      .map(([, { Properties }]) => Properties.ResponseParameters as Record<string, string>);
    expect(challenges).toHaveLength(3);
    for (const headers of challenges) {
      expect(headers).toMatchObject({
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Access-Control-Expose-Headers": "'WWW-Authenticate'",
      });
    }
  });

  test("answers there itself, and at the root", () => {
    const documents = optIn
      .resources("AWS::ApiGateway::Method")
      .filter(([, { Properties }]) => Properties.HttpMethod === "GET")
      .map(([, { Properties }]) => [pathOf((Properties.ResourceId as Ref).Ref), documentOf(Properties)]);
    const metadata = {
      resource: `${ORIGIN}/notes/mcp`,
      authorization_servers: ["https://cognito-idp.us-east-1.amazonaws.com/us-east-1_aBcDeFgHi"],
      scopes_supported: ["mcp/invoke"],
      bearer_methods_supported: ["header"],
    };
    expect(Object.fromEntries(documents)).toEqual({
      "/.well-known/oauth-protected-resource": metadata,
      "/.well-known/oauth-protected-resource/notes/mcp": metadata,
    });
  });

  test("answers under that name only", () => {
    expect(optIn.only("AWS::ApiGateway::RestApi").DisableExecuteApiEndpoint).toBe(true);
    expect(optIn.only("AWS::ApiGateway::DomainName")).toMatchObject({ SecurityPolicy: "TLS_1_2" });
    expect(optIn.only("AWS::Route53::RecordSet")).toMatchObject({ Name: "mcp.example.com.", Type: "A" });
    expect(optIn.template.Outputs.McpUrl?.Value).toBe(`${ORIGIN}/notes/mcp`);
  });

  interface Ref {
    readonly Ref: string;
  }
  /** From the tree of resources; the root is an attribute of the API, not a resource. */
  function pathOf(id: string | undefined): string {
    const resource = id === undefined ? undefined : optIn.template.Resources[id];
    if (!resource) return "";
    return `${pathOf((resource.Properties.ParentId as Partial<Ref>).Ref)}/${resource.Properties.PathPart}`;
  }
  function documentOf({ Integration }: Record<string, unknown>): unknown {
    const { ContentHandling, IntegrationResponses: [response] = [] } = Integration as {
      ContentHandling: string;
      IntegrationResponses: { ContentHandling: string; ResponseTemplates: Record<string, unknown> }[];
    };
    // Otherwise `*/*` makes base64 of it, or a 500.
    expect([ContentHandling, response?.ContentHandling]).toEqual(["CONVERT_TO_TEXT", "CONVERT_TO_TEXT"]);
    return JSON.parse(createResolve(optIn, {})(response?.ResponseTemplates["application/json"]));
  }
});

describe("for callers that sign, every route but preflights wants a signature", () => {
  test("on a REST API", () => {
    const types = methodsOf(synthesize({ auth: "iam" })).map((method) => [method.HttpMethod, method.AuthorizationType]);
    expect(types.sort()).toEqual([
      ["ANY", "AWS_IAM"],
      ["ANY", "AWS_IAM"],
      ["OPTIONS", "NONE"],
      ["OPTIONS", "NONE"],
    ]);
  });

  test("on a Function URL", () => {
    const { only } = synthesize({ auth: "iam", ingress: "function-url" });
    expect(only("AWS::Lambda::Url")).toMatchObject({ AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM" });
  });

  test("on a Web Function", () => {
    const { only } = synthesize({ auth: "iam", ingress: "web-function" });
    expect(JSON.stringify(only("AWS::Lambda::WebFunctionEndpoint"))).toContain("IamAuth");
  });
});

test("a public Function URL streams, and has both permissions that it takes", () => {
  const { only, resources } = synthesize({ ingress: "function-url" });
  expect(only("AWS::Lambda::Url")).toMatchObject({ AuthType: "NONE", InvokeMode: "RESPONSE_STREAM" });
  const permissions = resources("AWS::Lambda::Permission").filter(([, { Properties }]) => Properties.Principal === "*");
  expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
    expect.objectContaining({ Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" }),
    expect.objectContaining({ Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true }),
  ]);
});

test.for([
  ["none by default, as a new account has none to set aside", undefined, undefined],
  ["as many as it is told", 7, 7],
  ["none where it is unreserved", "unreserved", undefined],
] as const)("instances are set aside for the function: %s", ([, reservedConcurrency, expected]) => {
  for (const ingress of ["rest-api", "function-url"] as const) {
    const { resources } = synthesize({ ingress, ...(reservedConcurrency && { reservedConcurrency }) });
    const servers = resources("AWS::Lambda::Function").filter(([, { Properties }]) =>
      String(Properties.Description).startsWith("MCP server"),
    );
    expect(servers.map(([, { Properties }]) => Properties.ReservedConcurrentExecutions)).toEqual([expected]);
  }
});

test.for(Object.entries(VARIANTS))("all outputs are there: %s", ([, { server, ...options }]) => {
  const { Outputs } = synthesize(server, options).template;
  const deploys = server.ingress === "web-function" ? [] : ["App"];
  const keeps = server.sessionStore === "none" || server.sessionStore === "redis" ? [] : ["SessionStoreName"];
  const seals = server.keyRing === "none" ? [] : ["KeyRingName"];
  expect(Object.keys(Outputs)).toEqual(["McpUrl", ...deploys, ...keeps, ...seals, "LogLocation", "DashboardUrl"]);
});
