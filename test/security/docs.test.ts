import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/adapter.ts";
import { auditedArguments } from "../../src/audit/audited-arguments.ts";
import type { Caller } from "../../src/auth/caller.ts";
import { createMcpEndpoint } from "../../src/index.ts";
import { checked, elsewhere, ruled } from "./documented.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const guide = read("docs/security.md");
const fences = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code);

test("the guide's TypeScript compiles", () => {
  const compiled = read("test/security/documented.ts");
  expect(fences("ts")).toHaveLength(3);
  for (const snippet of fences("ts")) expect(compiled).toContain(snippet);
});

test("the guide's settings for issuers are accepted", () => {
  const settings = fences("sh").flatMap((text) => [...text.matchAll(/^MCP_ANYCLOUD_TOKEN_ISSUERS='?(.*?)'?$/gm)]);
  expect(settings).toHaveLength(5);
  for (const [, value = ""] of settings) {
    const MCP_ANYCLOUD_TOKEN_ISSUERS = value.replaceAll(/<[\w ]+>/g, "x");
    expect(readConfig({ MCP_ANYCLOUD_TOKEN_ISSUERS }).tokenIssuers).toHaveLength(1);
  }
});

describe("the guide's policy", () => {
  const [support, account, other]: Caller[] = [
    { principal: "a", issuer: "i", subject: "ada", scopes: [], claims: { groups: ["support"] } },
    {
      principal: "b",
      issuer: "https://sso.example.com/realms/shop",
      subject: "4f1c6f0e",
      scopes: [],
      claims: {},
    },
    { principal: "c", issuer: "i", subject: "eve", scopes: [], claims: {} },
  ] as const satisfies Caller[];

  test.each([
    ["support", support, "call", "refund", { amount: 100 }, true],
    ["support", support, "call", "refund", { amount: 101 }, false],
    ["support", support, "call", "refund", {}, false],
    ["support", support, "list", "refund", {}, true],
    ["support", support, "call", "close_books", {}, false],
    ["somebody", other, "call", "search", {}, true],
    ["somebody", other, "list", "refund", {}, false],
  ] as const)("lets %s %#", (_who, caller, action, tool, attributes, allowed) => {
    expect(ruled.policy?.decide({ caller: caller as Caller, action, tool, attributes }).allowed).toBe(allowed);
  });

  test("lets the service account do what its other policies can decide", () => {
    const decide = (tool: string, attributes: object = {}): boolean | undefined =>
      ruled.policy?.decide({ caller: account as Caller, action: "call", tool, attributes: { ...attributes } }).allowed;
    expect([decide("close_books"), decide("refund", { amount: 5000 })]).toEqual([true, true]);
  });

  test("fits its schema", () => {
    const question = { caller: other as Caller, action: "call", tool: "refund" } as const;
    expect(checked?.decide({ ...question, attributes: { amount: 1 } }).allowed).toBe(true);
    expect(checked?.decide({ ...question, attributes: {} })).toMatchObject({ allowed: false });
  });
});

test("the guide's servers start where tokens are asked for", () => {
  const tokens = readConfig({
    MCP_ANYCLOUD_TOKEN_ISSUERS: "https://sso.example.com/realms/shop",
    MCP_ANYCLOUD_PUBLIC_URL: "https://mcp.example.com/mcp",
  });
  for (const server of [ruled, elsewhere]) expect(createMcpEndpoint(server, tokens)).toBeTypeOf("function");
});

test("the guide's record has what a record has", () => {
  const record = JSON.parse(fences("json")[0] ?? "");
  expect(auditedArguments({ amount: 20, iban: "DE" }, ruled.tools?.refund?.auditFields)).toEqual(record.arguments);
  const declared = [...read("src/audit/audit-record.ts").matchAll(/^ {2}readonly (\w+)\??: /gm)].map(
    ([, name]) => name,
  );
  expect(Object.keys(record).filter((name) => !declared.includes(name))).toEqual([]);
});
