import { expect, test } from "vitest";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import { createMcpEndpoint, type ServerDefinition } from "../../src/index.ts";
import { createV2Tools } from "../security/tool-servers.ts";

const open = (rules: object): unknown =>
  createMcpEndpoint({ createServer: () => createV2Tools([]), ...rules } as ServerDefinition, { logLevel: "silent" });
const policy = cedarPolicy({ policies: "permit(principal, action, resource);" });
const verifier = { verifyAccessToken: () => Promise.reject(new Error("never")) };

test.each<[string, object, string, RegExp]>([
  [
    "a misspelt rule",
    { tools: { a: { scope: ["x"] } } },
    "SERVER_INVALID",
    /a: scope is not a rule \(there are scopes,/,
  ],
  [
    "scopes in one text",
    { tools: { a: { scopes: "x y" } } },
    "SERVER_INVALID",
    /a: scopes must be a list of OAuth scopes/,
  ],
  ["a scope with a space", { tools: { a: { scopes: ["x y"] } } }, "SERVER_INVALID", /a: scopes must be/],
  ["no rules", { tools: { a: null } }, "SERVER_INVALID", /a: the rules of a tool are an object/],
  ["no tools", { tools: [] }, "SERVER_INVALID", /tools must be an object/],
  ["no tools at all", { tools: null }, "SERVER_INVALID", /tools must be an object/],
  [
    "a limit of nothing",
    { tools: { a: { rateLimit: { limit: 0, windowSeconds: 1 } } } },
    "SERVER_INVALID",
    /a: rateLimit must/,
  ],
  [
    "several at once",
    { tools: { a: { x: 1 }, b: { auditFields: [1] } } },
    "SERVER_INVALID",
    /a: x is not a rule.*; b: auditFields must/,
  ],
  ["attributes for no policy", { tools: { a: { policyAttributes: ["x"] } } }, "SERVER_INVALID", /has no policy/],
  [
    "a policy in plain text",
    { policy: { policies: "permit(principal, action, resource);" } },
    "SERVER_INVALID",
    /such as cedarPolicy/,
  ],
  ["no policy", { policy: null }, "SERVER_INVALID", /such as cedarPolicy/],
  ["a field that is none", { policies: policy }, "SERVER_INVALID", /policies is not a field of a server/],
  [
    "a limit that nothing counts for",
    { tools: { a: { rateLimit: { limit: 1, windowSeconds: 1 } } } },
    "CONFIG_INVALID",
    /Rate limits are counted|The tool a has a rateLimit/,
  ],
  [
    "scopes that nobody can have",
    { tools: { a: { scopes: ["x"] } } },
    "CONFIG_INVALID",
    /The tool a asks for scopes, which only tokens have/,
  ],
])("the server does not start with %s", (_case, rules, code, message) => {
  expect(() => open(rules)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});

test("it starts with rules that can hold", () => {
  const tools = {
    a: { scopes: ["x", "https://api.example/y"], policyAttributes: ["b"], auditFields: ["c"], rateLimit: undefined },
    constructor: {},
  };
  expect(open({ tools, policy, verifier })).toBeTypeOf("function");
});
