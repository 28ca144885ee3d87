import fc from "fast-check";
import { expect, test } from "vitest";
import { CONFIG_VARIABLES, readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";

test("an empty environment gives the defaults", () => {
  expect(readConfig({ HOME: "/", MCP_ANYCLOUD_PATH: "" })).toEqual({
    path: "/mcp",
    maxBodyBytes: 4_194_304,
    heartbeatSeconds: 15,
    awsTokenAudience: "sts.amazonaws.com",
    sessionSeconds: 86_400,
    sessionGraceSeconds: 604_800,
    maxOutputBytes: 4_194_304,
    maxHeaderBytes: 16_384,
    maxJsonDepth: 64,
    maxJsonKeys: 10_000,
    logLevel: "info",
  });
});

const [current, former] = [Buffer.alloc(32, 1), Buffer.alloc(48, 2)];

test("every variable is read", () => {
  const environment = {
    MCP_ANYCLOUD_PATH: "/api/mcp",
    MCP_ANYCLOUD_ALLOWED_HOSTS: "mcp.example, [::1]",
    MCP_ANYCLOUD_ALLOWED_ORIGINS: "https://app.example,http://localhost:3000",
    MCP_ANYCLOUD_MAX_BODY_BYTES: "1024",
    MCP_ANYCLOUD_HEARTBEAT_SECONDS: "5",
    MCP_ANYCLOUD_TABLE: "mcp.state-1",
    MCP_ANYCLOUD_AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/mcp/state",
    MCP_ANYCLOUD_AWS_TOKEN_AUDIENCE: "api://mcp",
    MCP_ANYCLOUD_SESSION_SECONDS: "3600",
    MCP_ANYCLOUD_SESSION_GRACE_SECONDS: "0",
    MCP_ANYCLOUD_STREAM_SECONDS: "30",
    MCP_ANYCLOUD_STATE_KEYS: `new:${current.toString("base64")},old-1:${former.toString("base64url")}`,
    MCP_ANYCLOUD_LOG_LEVEL: "error",
    MCP_ANYCLOUD_PUBLIC_URL: "https://mcp.example/mcp",
    MCP_ANYCLOUD_TOKEN_ISSUERS: "https://a.example/, https://b.example/v2.0",
    MCP_ANYCLOUD_REQUIRED_SCOPES: "notes:read,notes:list mcp",
    MCP_ANYCLOUD_PLATFORM_IDENTITY: "google-iap",
    MCP_ANYCLOUD_PLATFORM_AUDIENCE: "/projects/1/global/backendServices/2",
    MCP_ANYCLOUD_MAX_OUTPUT_BYTES: "2048",
    MCP_ANYCLOUD_AUDIT: "off",
    MCP_ANYCLOUD_MAX_HEADER_BYTES: "8192",
    MCP_ANYCLOUD_MAX_JSON_DEPTH: "32",
    MCP_ANYCLOUD_MAX_JSON_KEYS: "500",
    MCP_ANYCLOUD_MAX_STREAMS: "4",
    MCP_ANYCLOUD_RATE_LIMITS: "principal=600/60, tool:export_notes=10/3600",
  };
  const { MCP_ANYCLOUD_STATE_KEYS: _, ...keyless } = environment;
  const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/state-keys-AbCdEf";
  const withSecret = { ...keyless, MCP_ANYCLOUD_STATE_KEYS_SECRET: secret };
  expect(new Set([...Object.keys(environment), ...Object.keys(withSecret)])).toEqual(new Set(CONFIG_VARIABLES));
  expect(readConfig(withSecret)).toMatchObject({ table: "mcp.state-1", stateKeysSecret: secret });
  expect(readConfig(environment)).toEqual({
    path: "/api/mcp",
    allowedHosts: ["mcp.example", "[::1]"],
    allowedOrigins: ["https://app.example", "http://localhost:3000"],
    maxBodyBytes: 1024,
    heartbeatSeconds: 5,
    table: "mcp.state-1",
    awsRoleArn: "arn:aws:iam::123456789012:role/mcp/state",
    awsTokenAudience: "api://mcp",
    sessionSeconds: 3600,
    sessionGraceSeconds: 0,
    streamSeconds: 30,
    stateKeys: [
      { id: "new", secret: current },
      { id: "old-1", secret: former },
    ],
    logLevel: "error",
    publicUrl: "https://mcp.example/mcp",
    tokenIssuers: [{ issuer: "https://a.example/" }, { issuer: "https://b.example/v2.0" }],
    requiredScopes: ["notes:read", "notes:list", "mcp"],
    platformIdentity: "google-iap",
    platformAudience: "/projects/1/global/backendServices/2",
    maxOutputBytes: 2048,
    audit: "off",
    maxHeaderBytes: 8192,
    maxJsonDepth: 32,
    maxJsonKeys: 500,
    maxStreams: 4,
    rateLimits: [
      { of: "principal", limit: 600, windowSeconds: 60 },
      { of: "tool:export_notes", limit: 10, windowSeconds: 3600 },
    ],
  });
});

test("every problem is reported at once, a misspelt variable among them", () => {
  const environment = {
    MCP_ANYCLOUD_PATH: "mcp/",
    MCP_ANYCLOUD_MAX_BODY_BYTES: "4MB",
    MCP_ANYCLOUD_ALLOWED_ORIGIN: "https://app.example",
    MCP_ANYCLOUD_ALLOWED_ORIGINS: "app.example",
  };
  expect(() => readConfig(environment)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(() => readConfig(environment)).toThrow(
    /PATH must be a path.*not "mcp\/".*MAX_BODY_BYTES must be a whole number.*ALLOWED_ORIGIN is not a setting.*ALLOWED_ORIGINS must be web origins/,
  );
});

test.each([
  ["no id", Buffer.alloc(32).toString("base64")],
  ["a short key", `k:${Buffer.alloc(31).toString("base64")}`],
  [
    "an id twice",
    Array(2)
      .fill(`k:${Buffer.alloc(32).toString("base64")}`)
      .join(),
  ],
])("a key ring with %s is refused, and not repeated", (_what, MCP_ANYCLOUD_STATE_KEYS) => {
  const read = (): unknown => readConfig({ MCP_ANYCLOUD_STATE_KEYS });
  expect(read).toThrow("MCP_ANYCLOUD_STATE_KEYS must be keys as id:base64");
  expect(read).not.toThrow("AAAA");
});

test("keys and a secret that holds keys are one key ring too many", () => {
  const keys = `k:${current.toString("base64")}`;
  const both = { MCP_ANYCLOUD_STATE_KEYS: keys, MCP_ANYCLOUD_STATE_KEYS_SECRET: "mcp/state-keys" };
  expect(() => readConfig(both)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(() => readConfig(both)).toThrow("STATE_KEYS and MCP_ANYCLOUD_STATE_KEYS_SECRET are two key rings");
  expect(readConfig({ ...both, MCP_ANYCLOUD_STATE_KEYS: "" })).toMatchObject({ stateKeysSecret: "mcp/state-keys" });
});

test("keys in the place of a secret's name are refused, and not repeated", () => {
  const read = (): unknown => readConfig({ MCP_ANYCLOUD_STATE_KEYS_SECRET: `k:${current.toString("base64")}` });
  expect(read).toThrow("MCP_ANYCLOUD_STATE_KEYS_SECRET must be the name or ARN of a secret");
  expect(read).not.toThrow("AQEB");
});

test("no value of any variable is taken half", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CONFIG_VARIABLES), fc.string({ minLength: 1 }), (variable, value) => {
      try {
        readConfig({ [variable]: value });
      } catch (error) {
        expect(String(error)).toContain(`${variable} must`);
      }
    }),
  );
});

test("an endpoint reads the environment, and options win", () => {
  process.env.MCP_ANYCLOUD_LOG_LEVEL = "loud";
  try {
    expect(() => createMcpEndpoint(() => expect.unreachable())).toThrow(
      "MCP_ANYCLOUD_LOG_LEVEL must be silent, error or info",
    );
  } finally {
    delete process.env.MCP_ANYCLOUD_LOG_LEVEL;
  }
});
