import fc from "fast-check";
import { expect, test } from "vitest";
import { CONFIG_VARIABLES, createMcpEndpoint, readConfig } from "../../src/index.ts";

test("an empty environment gives the defaults", () => {
  expect(readConfig({ HOME: "/", MCP_ANYCLOUD_PATH: "" })).toEqual({
    path: "/mcp",
    maxBodyBytes: 4_194_304,
    heartbeatSeconds: 15,
    logLevel: "info",
  });
});

test("every variable is read", () => {
  const environment = {
    MCP_ANYCLOUD_PATH: "/api/mcp",
    MCP_ANYCLOUD_ALLOWED_HOSTS: "mcp.example, [::1]",
    MCP_ANYCLOUD_ALLOWED_ORIGINS: "https://app.example,http://localhost:3000",
    MCP_ANYCLOUD_MAX_BODY_BYTES: "1024",
    MCP_ANYCLOUD_HEARTBEAT_SECONDS: "5",
    MCP_ANYCLOUD_LOG_LEVEL: "error",
  };
  expect(Object.keys(environment)).toEqual(CONFIG_VARIABLES);
  expect(readConfig(environment)).toEqual({
    path: "/api/mcp",
    allowedHosts: ["mcp.example", "[::1]"],
    allowedOrigins: ["https://app.example", "http://localhost:3000"],
    maxBodyBytes: 1024,
    heartbeatSeconds: 5,
    logLevel: "error",
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
