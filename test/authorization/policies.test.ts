import { describe, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { cedarPolicy, type PolicyOptions } from "../../src/authorization/cedar-policy.ts";
import { askPolicy, type PolicyQuestion } from "../../src/authorization/policy.ts";

const ADA: Caller = {
  principal: '["https://issuer.example","ada"]',
  issuer: "https://issuer.example",
  subject: "ada",
  clientId: "cli",
  scopes: ["notes"],
  claims: { groups: ["staff"], "cognito:groups": ["beta"], roles: "admin", realm_access: { roles: ["realm"] }, iat: 1 },
};
const ANYBODY: Caller = { principal: "anonymous", scopes: [], claims: {} };

const answer = (options: PolicyOptions | string, question: Partial<PolicyQuestion> = {}) =>
  cedarPolicy(typeof options === "string" ? { policies: options } : options).decide({
    caller: ADA,
    action: "call",
    tool: "pay",
    attributes: {},
    ...question,
  });
const permitWhen = (condition: string): string => `permit(principal, action, resource) when { ${condition} };`;

test.each([
  ['principal == Mcp::Principal::"https://issuer.example|ada"', true],
  ['principal == Mcp::Principal::"https://issuer.example|eve"', false],
  ['principal.issuer == "https://issuer.example" && principal.subject == "ada" && principal.clientId == "cli"', true],
  ['principal.scopes.contains("notes")', true],
  ['principal.scopes.contains("other")', false],
  ['principal.groups == ["staff", "beta"]', true],
  ['principal.roles.containsAll(["admin", "realm"])', true],
  ['action == Mcp::Action::"call"', true],
  ['action == Mcp::Action::"list"', false],
  ['resource == Mcp::Tool::"pay"', true],
  ['resource == Mcp::Tool::"Pay"', false],
])("a policy knows the caller, the action and the tool: %s is %s", (condition, allowed) => {
  expect(answer(permitWhen(condition)).allowed).toBe(allowed);
});

test("an unauthenticated caller is not mistaken for a named one", () => {
  expect(answer(permitWhen('principal == Mcp::Principal::"anonymous"'), { caller: ANYBODY }).allowed).toBe(true);
  expect(answer(permitWhen("principal has subject || principal has issuer"), { caller: ANYBODY }).allowed).toBe(false);
  const named: Caller = { ...ANYBODY, principal: '["anonymous"]', subject: "anonymous" };
  expect(answer(permitWhen('principal == Mcp::Principal::"anonymous"'), { caller: named }).allowed).toBe(false);
});

describe("the arguments of a call", () => {
  const small = permitWhen("context.amount <= 100");
  test.each<[unknown, boolean, boolean]>([
    [100, true, false],
    [101, false, false],
    ["1", false, true],
    [1.5, false, true],
    [2 ** 60, false, true],
    [null, false, true],
    [{ __entity: { type: "Mcp::Tool", id: "x" } }, false, true],
    [{ __extn: { fn: "decimal", arg: "1.0" } }, false, true],
    [[[{ deep: { __extn: { fn: "ip", arg: "::1" } } }]], false, true],
  ])("%j: allowed is %s, failed is %s", (amount, allowed, failed) => {
    const { allowed: actual, failed: actuallyFailed = false } = answer(small, { attributes: { amount } });
    expect([actual, actuallyFailed]).toEqual([allowed, failed]);
  });

  test("none of them passes for what it is not", () => {
    const entity = { __entity: { type: "Mcp::Tool", id: "x" } };
    const decimal = { __extn: { fn: "decimal", arg: "1.0" } };
    const isTool = permitWhen('context.what == Mcp::Tool::"x"');
    const isSmall = permitWhen('context.what.lessThan(decimal("2.0"))');
    expect(answer(isTool, { attributes: { what: entity } })).toMatchObject({ allowed: false, failed: true });
    expect(answer(isSmall, { attributes: { what: decimal } })).toMatchObject({ allowed: false, failed: true });
    const nested = permitWhen('context.what.contains(Mcp::Tool::"x")');
    expect(answer(nested, { attributes: { what: [entity] } })).toMatchObject({ allowed: false, failed: true });
  });

  test("lists and records can be looked at", () => {
    const attributes = { to: ["ada", "bob"], where: { region: "eu" } };
    expect(
      answer(permitWhen('context.to.contains("bob") && context.where.region == "eu"'), { attributes }).allowed,
    ).toBe(true);
  });

  test("a prohibition that cannot be evaluated does not go away", () => {
    const policies = `
      permit(principal, action, resource);
      @id("not-too-much") forbid(principal, action, resource) when { context.amount > 100 };`;
    expect(answer(policies, { attributes: { amount: 1 } }).allowed).toBe(true);
    expect(answer(policies, { attributes: {} })).toEqual({ allowed: false, policies: ["not-too-much"], failed: true });
    expect(answer(policies, { attributes: { amount: "1" } })).toEqual({
      allowed: false,
      policies: ["not-too-much"],
      failed: true,
    });
  });
});

test("policies are known by their names, or by their place in the text", () => {
  const texts = Array.from(
    { length: 12 },
    (_, place) => `permit(principal, action, resource == Mcp::Tool::"t${place}");`,
  );
  const policies = `${texts.join("\n")}\n@id("the last") permit(principal, action, resource == Mcp::Tool::"z");`;
  expect(answer(policies, { tool: "t11" }).policies).toEqual(["policy11"]);
  expect(answer(policies, { tool: "t2" }).policies).toEqual(["policy2"]);
  expect(answer(policies, { tool: "z" }).policies).toEqual(["the last"]);
});

test("entities put tools and principals into groups, and do not change who a caller is", () => {
  const entities = [
    { uid: { type: "Mcp::Tool", id: "pay" }, attrs: {}, parents: [{ type: "Mcp::Group", id: "money" }] },
    {
      uid: { type: "Mcp::Principal", id: "https://issuer.example|ada" },
      attrs: { level: 3, groups: ["root"] },
      parents: [{ type: "Mcp::Group", id: "trusted" }],
    },
  ];
  const asked = (condition: string): boolean => answer({ policies: permitWhen(condition), entities }).allowed;
  expect(asked('resource in Mcp::Group::"money" && principal in Mcp::Group::"trusted"')).toBe(true);
  expect(asked("principal.level == 3")).toBe(true);
  expect(asked('principal.groups.contains("root")')).toBe(false);
});

describe("a schema", () => {
  const schema = `
    namespace Mcp {
      entity Principal {
        issuer?: String, subject?: String, clientId?: String,
        scopes: Set<String>, groups: Set<String>, roles: Set<String>,
      };
      entity Tool;
      action "list", "call" appliesTo { principal: Principal, resource: Tool, context: { amount?: Long } };
    }`;
  const policies = permitWhen("context has amount && context.amount < 10");

  test("holds for requests", () => {
    expect(answer({ policies, schema }, { attributes: { amount: 1 } }).allowed).toBe(true);
    expect(answer({ policies, schema }, { attributes: { amount: "1" } })).toMatchObject({
      allowed: false,
      failed: true,
    });
    expect(answer({ policies, schema }, { caller: ANYBODY, attributes: { amount: 1 } }).allowed).toBe(true);
  });

  test.each<[string, PolicyOptions, RegExp]>([
    [
      "a policy that does not fit it",
      { policies: permitWhen("principal.nope == 1"), schema },
      /does not fit its schema: .*nope/,
    ],
    [
      "one that does not parse",
      { policies, schema: "namespace Mcp { entity" },
      /^The schema of the policy is not valid.*line 1/,
    ],
    [
      "entities that do not fit it",
      { policies, schema, entities: [{ uid: { type: "Mcp::Nope", id: "x" }, attrs: {}, parents: [] }] },
      /^The entities of the policy are not valid: .*Nope/,
    ],
  ])("is found wrong at once: %s", (_case, options, message) => {
    expect(() => cedarPolicy(options)).toThrow(
      expect.objectContaining({ code: "SERVER_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

test.each([
  ["does not parse", "permit(principal,\n  action resource);", /^The policy is not valid in line 2: /],
  ["is empty", " \n", /^The policy is empty/],
  ["is no text", undefined as never, /^The policy is empty/],
  ["has templates", "permit(principal == ?principal, action, resource);", /^The policy has templates/],
  [
    "uses a name twice",
    '@id("a") permit(principal, action, resource); @id("a") forbid(principal, action, resource);',
    /called a/,
  ],
])("a policy that %s is refused when the server is loaded", (_case, policies, message) => {
  expect(() => cedarPolicy({ policies })).toThrow(
    expect.objectContaining({ code: "SERVER_INVALID", message: expect.stringMatching(message) }),
  );
});

test("a policy of one's own that throws, or answers with anything but true, allows nothing", () => {
  const question: PolicyQuestion = { caller: ADA, action: "call", tool: "pay", attributes: {} };
  const throwing = (): never => {
    throw new Error("no answer");
  };
  expect(askPolicy({ decide: throwing }, question)).toEqual({ allowed: false, policies: [], failed: true });
  for (const allowed of ["yes", 1, undefined] as never[]) {
    expect(askPolicy({ decide: () => ({ allowed, policies: [] }) }, question).allowed).toBe(false);
  }
});
