import fc from "fast-check";
import { expect, test } from "vitest";
import { AWS_SETTINGS } from "../../adapters/aws/settings.ts";
import { ADAPTER_SETTINGS } from "../../cli/settings.ts";
import { readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { ALL_VARIABLES } from "./all-variables.ts";

const current = Buffer.alloc(32, 1);

test("every problem is reported at once, a misspelt variable among them", () => {
  const environment = {
    MCP_ANYCLOUD_PATH: "mcp/",
    MCP_ANYCLOUD_MAX_BODY_BYTES: "4MB",
    MCP_ANYCLOUD_ALLOWED_ORIGIN: "https://app.example",
    MCP_ANYCLOUD_ALLOWED_ORIGINS: "app.example",
  };
  expect(() => readConfig(environment)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(() => readConfig(environment)).toThrow(
    /PATH must be a path.*not "mcp\/".*MAX_BODY_BYTES must be a whole number.*ALLOWED_ORIGIN is not a setting.*ALLOWED_ORIGINS must be \* or web origins/,
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
  const read = (): unknown => readConfig(both, AWS_SETTINGS);
  expect(read).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(read).toThrow("MCP_ANYCLOUD_STATE_KEYS and MCP_ANYCLOUD_STATE_KEYS_SECRET set the same thing");
  const one = { ...both, MCP_ANYCLOUD_STATE_KEYS: "" };
  expect(readConfig(one, AWS_SETTINGS)).toMatchObject({ stateKeysSecret: "mcp/state-keys" });
});

test("keys in the place of a secret's name are refused, and not repeated", () => {
  const environment = { MCP_ANYCLOUD_STATE_KEYS_SECRET: `k:${current.toString("base64")}` };
  const read = (): unknown => readConfig(environment, AWS_SETTINGS);
  expect(read).toThrow("MCP_ANYCLOUD_STATE_KEYS_SECRET must be the name or ARN of a secret");
  expect(read).not.toThrow("AQEB");
});

test.each([
  ["MCP_ANYCLOUD_TOKEN_ISSUERS", '[{ "issuer": "https://a.example", "clientSecret": "hush" }]'],
  ["MCP_ANYCLOUD_PUBLIC_URL", "https://mcp.example/mcp?key=hush"],
  ["MCP_ANYCLOUD_PUBLIC_URL", "https://ada:pass/hush@mcp.example/mcp"],
  ["MCP_ANYCLOUD_TABLE", "redis://ada:hush@state.example"],
  ["MCP_ANYCLOUD_REDIS_URL", "ada:hush@state.example"],
])("%s repeats no secret in %s", (variable, value) => {
  const read = (): unknown => readConfig({ [variable]: value }, ADAPTER_SETTINGS);
  expect(read).toThrow(`${variable} must`);
  expect(read).not.toThrow("hush");
});

test.each([
  ["MCP_ANYCLOUD_REDIS_URL", "redis://state.example:port"],
  ["MCP_ANYCLOUD_PUBLIC_URL", "https://mcp.example:99999/mcp"],
  ["MCP_ANYCLOUD_CLOUD_TASKS_URL", "https://mcp.example:99999"],
  ["MCP_ANYCLOUD_PATH", "/mcp/.."],
])("%s is refused at the start for what no client could reach, such as %s", (variable, value) => {
  expect(() => readConfig({ [variable]: value }, ADAPTER_SETTINGS)).toThrow(`${variable} must be`);
});

test("a long value is repeated in part", () => {
  const read = (): unknown => readConfig({ MCP_ANYCLOUD_PATH: "x".repeat(10_000) });
  expect(read).toThrow(/not "x{200}…"\.$/);
});

test.each(["MCP_ANYCLOUD_DEBUG", "MCP_ANYCLOUD_TERRAFORM"])("%s is the command line's own", (variable) => {
  expect(readConfig({ [variable]: "1" })).toEqual(readConfig({}));
});

test.each(Object.values(AWS_SETTINGS).map(({ variable }) => variable))(
  "%s is unknown without the settings of its adapter",
  (variable) => {
    const start = (): unknown => readConfig({ [variable]: "mcp-state" });
    expect(start).toThrow(`${variable} is not a setting`);
    expect(start).toThrow("readConfig takes an adapter's as its second argument");
  },
);

test("a variable of an adapter is in the configuration and has the type of its field", () => {
  const { table, path } = readConfig({ MCP_ANYCLOUD_TABLE: "notes" }, AWS_SETTINGS);
  expect([table satisfies string | undefined, path]).toEqual(["notes", "/mcp"]);
});

test("no value of any variable is taken half", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ALL_VARIABLES), fc.string({ minLength: 1 }), (variable, value) => {
      try {
        readConfig({ [variable]: value }, ADAPTER_SETTINGS);
      } catch (error) {
        expect(String(error)).toContain(`${variable} must`);
      }
    }),
  );
});

test.each([
  ["MCP_ANYCLOUD_ALLOWED_HOSTS", "mcp.example:443"],
  ["MCP_ANYCLOUD_ALLOWED_HOSTS", ","],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "https://app.example/"],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "https://App.example"],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "https://app.example:443"],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "http://app.example:80"],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "null"],
  ["MCP_ANYCLOUD_MAX_STREAMS", "0"],
  ["MCP_ANYCLOUD_MAX_STREAMS", "10001"],
  ["MCP_ANYCLOUD_MAX_STREAMS", "1e3"],
  ["MCP_ANYCLOUD_RATE_LIMITS", "principal=600"],
  ["MCP_ANYCLOUD_RATE_LIMITS", "address=1/86401"],
  ["MCP_ANYCLOUD_RATE_LIMITS", "address=1/60,address=2/60"],
  ["MCP_ANYCLOUD_AUDIT", "ON"],
  ["MCP_ANYCLOUD_PLATFORM_IDENTITY", "AWS IAM"],
])("%s may not be %j", (variable, value) => {
  expect(() => readConfig({ [variable]: value })).toThrow(`${variable} must`);
});

test.each([
  ["MCP_ANYCLOUD_RATE_LIMITS", "address=1/86400"],
  ["MCP_ANYCLOUD_RATE_LIMITS", "address=1/79999"],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "http://app.example:443"],
  ["MCP_ANYCLOUD_ALLOWED_ORIGINS", "http://[::1]:3000, *"],
  ["MCP_ANYCLOUD_MAX_STREAMS", "10000"],
])("%s may be %j", (variable, value) => {
  expect(() => readConfig({ [variable]: value })).not.toThrow();
});

test("an endpoint that is given no configuration reads the environment", () => {
  process.env.MCP_ANYCLOUD_LOG_LEVEL = "loud";
  try {
    expect(() => createMcpEndpoint(() => expect.unreachable())).toThrow(
      "MCP_ANYCLOUD_LOG_LEVEL must be info, error or silent",
    );
  } finally {
    delete process.env.MCP_ANYCLOUD_LOG_LEVEL;
  }
});

test("an endpoint that is given a configuration does not read the environment", () => {
  process.env.MCP_ANYCLOUD_LOG_LEVEL = "loud";
  try {
    expect(createMcpEndpoint(() => expect.unreachable(), { config: readConfig({}) })).toBeTypeOf("function");
  } finally {
    delete process.env.MCP_ANYCLOUD_LOG_LEVEL;
  }
});

test("fields among the options win over the configuration", () => {
  const start = (path: string): unknown =>
    createMcpEndpoint(() => expect.unreachable(), { config: readConfig({}), path });
  expect(start("/notes")).toBeTypeOf("function");
  expect(() => start("/health")).toThrow("must not be /health");
});
