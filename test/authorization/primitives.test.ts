import { describe, expect, test } from "vitest";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import type { McpEndpointOptions, Policy } from "../../src/index.ts";
import { type Guarded, MODERN, ROUTES, type Route, type Who } from "../security/routes.ts";
import { messagesOf, textOf } from "../support/messages.ts";
import {
  createV1Primitives,
  createV2Primitives,
  DIARY,
  HIDDEN_TEMPLATE,
  SECRET,
  TEMPLATE,
  type Uses,
} from "./primitive-servers.ts";

const ada: Who = { sub: "ada" };

/** Ada's notes, the prompt `greet`, and nothing else. */
const policy = cedarPolicy({
  policies: `
    @id("own notes") permit(principal, action, resource is Mcp::Resource) when { resource.uri like "notes://ada/*" };
    @id("templates") permit(principal, action, resource == Mcp::ResourceTemplate::"${TEMPLATE}");
    @id("prompts") permit(principal, action, resource == Mcp::Prompt::"greet");`,
});

interface Opened extends Guarded {
  readonly uses: Uses;
}

function open(route: Route, rules: { readonly policy?: Policy }, options: McpEndpointOptions = {}): Opened {
  const uses: Uses = [];
  const createServer = () => (route.sdk === 2 ? createV2Primitives(uses) : createV1Primitives(uses));
  return { ...route.open({ createServer, ...rules }, options), uses };
}

const promptCompletion = (name: string) => ({
  ref: { type: "ref/prompt", name },
  argument: { name: "user", value: "a" },
});
const templateCompletion = (uri: string) => ({
  ref: { type: "ref/resource", uri },
  argument: { name: "user", value: "a" },
});

/** A use of each kind: the method, what is allowed, what is denied, and what is not there. */
const USES: ReadonlyArray<
  readonly [method: string, params: (name: string) => object, allowed: string, denied: string, unknown: string]
> = [
  ["resources/read", (uri) => ({ uri, name: uri }), DIARY, SECRET, "other://nobody/nothing"],
  ["resources/read", (uri) => ({ uri, name: uri }), "notes://ada/other", "vault://ada/x", "other://nobody/nothing"],
  ["prompts/get", (name) => ({ name, arguments: { user: "ada" } }), "greet", "spy", "nothing"],
  ["completion/complete", promptCompletion, "greet", "spy", "nothing"],
  ["completion/complete", templateCompletion, TEMPLATE, HIDDEN_TEMPLATE, "other://{user}"],
];

describe.each(ROUTES)("through %s", (_name, route) => {
  test.each([
    ["resources/list", "resources", "uri", [DIARY]],
    ["resources/templates/list", "resourceTemplates", "uriTemplate", [TEMPLATE]],
    ["prompts/list", "prompts", "name", ["greet"]],
  ])("%s has what the policy allows", async (method, field, key, expected) => {
    const namesOf = async (opened: Opened): Promise<unknown[]> => {
      const [answer] = await messagesOf(await opened.ask(ada, method));
      const lists = answer?.result as Record<string, Array<Record<string, unknown>>> | undefined;
      return lists?.[field]?.map((item) => item[key]) ?? [];
    };
    expect(await namesOf(open(route, { policy }))).toEqual(expected);
    expect((await namesOf(open(route, {}))).length).toBeGreaterThan(expected.length);
    // A policy that only logs hides nothing.
    const logging = open(route, { policy }, { policyMode: "log" });
    expect((await namesOf(logging)).length).toBeGreaterThan(expected.length);
  });

  test.each(USES)("%s: what is allowed is served and recorded (%#)", async (method, params, allowed) => {
    const opened = open(route, { policy });
    const [answer] = await messagesOf(await opened.ask(ada, method, params(allowed)));
    expect(answer).toHaveProperty("result");
    expect(opened.uses).toHaveLength(1);
    const record = opened.records.at(-1);
    expect(record).toMatchObject({ decision: "allow", outcome: "ok", policyIds: [expect.any(String)], subject: "ada" });
    expect([record?.prompt, record?.resource, record?.resourceTemplate]).toContain(allowed);
    expect(record?.event).toBe(
      { "resources/read": "resource_read", "prompts/get": "prompt_get", "completion/complete": "completion" }[method],
    );
  });

  test.each(USES)(
    "%s: what is denied does not exist, and is recorded (%#)",
    async (method, params, _, denied, unknown) => {
      const opened = open(route, { policy });
      const all = open(route, {});
      const answerOf = async (at: Opened, name: string) => {
        const { status, headers, body } = await at.ask(ada, method, params(name));
        const text = await textOf({ status, headers, ...(body && { body }) });
        const { id } = JSON.parse(text);
        return { status, headers, text: text.replace(`"id":${id}`, '"id":0').replaceAll(name, "NAME") };
      };
      const reallyUnknown = await answerOf(all, unknown);
      expect(reallyUnknown.text).toContain("not found");
      expect(await answerOf(opened, denied)).toEqual(reallyUnknown);
      expect(opened.uses).toEqual([]);
      const record = opened.records.at(-1);
      expect(record).toMatchObject({ event: "access_denied", decision: "deny", outcome: "refused", reason: "policy" });
      expect([record?.prompt, record?.resource, record?.resourceTemplate]).toContain(denied);
    },
  );

  test.each(USES)(
    "%s: a policy that only logs lets it through, and records it (%#)",
    async (method, params, _, denied) => {
      const opened = open(route, { policy }, { policyMode: "log" });
      const [answer] = await messagesOf(await opened.ask(ada, method, params(denied)));
      expect(answer).toHaveProperty("result");
      expect(opened.uses).toHaveLength(1);
      expect(opened.records.at(-1)).toMatchObject({
        decision: "deny",
        enforced: false,
        reason: "policy",
        outcome: "ok",
      });
    },
  );

  test("a policy that permits calls of tools alone shows nothing else", async () => {
    const tools = cedarPolicy({ policies: 'permit(principal, action == Mcp::Action::"call", resource);' });
    const opened = open(route, { policy: tools });
    for (const [method, params, allowed] of USES) {
      const [answer] = await messagesOf(await opened.ask(ada, method, params(allowed)));
      expect(answer).toHaveProperty("error");
    }
    expect(opened.uses).toEqual([]);
  });
});

test("a record of a resource has no query, and no more of a URI than it needs", async () => {
  const [, [, route] = []] = ROUTES;
  const opened = open(route ?? MODERN, {});
  for (const uri of ["notes://ada/diary?key=canary", `notes://ada/${"n".repeat(600)}`]) {
    await textOf(await opened.ask(ada, "resources/read", { uri }));
  }
  expect(opened.records[0]?.resource).toBe("notes://ada/diary?…");
  expect(opened.records[1]?.resource).toHaveLength(512);
  expect(JSON.stringify(opened.records)).not.toContain("canary");
});

test.each(ROUTES.filter(([, { sessions }]) => sessions))(
  "a subscription needs leave to read, through %s",
  async (_name, route) => {
    const opened = open(route, { policy });
    const [granted] = await messagesOf(await opened.ask(ada, "resources/subscribe", { uri: DIARY }));
    expect(granted).toHaveProperty("result");
    expect(opened.records.at(-1)).toMatchObject({ event: "subscription", resource: DIARY, outcome: "ok" });
    const [refused] = await messagesOf(await opened.ask(ada, "resources/subscribe", { uri: SECRET }));
    expect(refused).toHaveProperty("error");
    expect(opened.records.at(-1)).toMatchObject({ event: "access_denied", resource: SECRET, outcome: "refused" });
    const unread = cedarPolicy({
      policies: `
        permit(principal, action, resource);
        forbid(principal, action == Mcp::Action::"read", resource == Mcp::Resource::"${SECRET}");`,
    });
    const [unreadable] = await messagesOf(
      await open(route, { policy: unread }).ask(ada, "resources/subscribe", { uri: SECRET }),
    );
    expect(unreadable).toHaveProperty("error");
  },
);

test("a listen stream has the subscriptions that the policy allows, and says so", async () => {
  const opened = open(MODERN, { policy });
  const notifications = { resourceSubscriptions: [DIARY, SECRET], resourcesListChanged: true };
  const deadline = new AbortController();
  const invocation = { deadline: deadline.signal };
  const response = await opened.ask(ada, "subscriptions/listen", { notifications }, { invocation });
  deadline.abort();
  const [acknowledged] = await messagesOf(response);
  expect(acknowledged?.params).toMatchObject({
    notifications: { resourceSubscriptions: [DIARY], resourcesListChanged: true },
  });
  expect(opened.records).toMatchObject([
    { event: "access_denied", resource: SECRET, reason: "policy" },
    { event: "subscription", resource: DIARY, decision: "allow" },
  ]);
});

test.each([
  ["without a policy", {}, {}, "the server has no policy"],
  ["without an audit log", { policy }, { audit: "off" as const }, "the audit log is off"],
])("a policy mode that only logs fails at the start %s", (_what, rules, options, because) => {
  expect(() => open(MODERN, rules, { policyMode: "log", ...options })).toThrow(because);
});
