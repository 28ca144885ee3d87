import { describe, expect, test } from "vitest";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import { withoutHidden } from "../../src/authorization/list-filter.ts";
import { ROUTES, V2_ROUTES, type Who } from "../security/routes.ts";
import { legacyRequest, textOf } from "../support/messages.ts";

const [reader, writer]: Who[] = [{ sub: "ada" }, { sub: "bob", claims: { groups: ["writers"] } }];
const policy = cedarPolicy({
  policies: `
    @id("everybody-reads") permit(principal, action, resource == Mcp::Tool::"read");
    @id("writers-write") permit(principal, action, resource) when { principal.groups.contains("writers") };`,
});
const tools = { write: { auditFields: ["note"] } };
/** Everything but one tool. */
const allButWrite = cedarPolicy({
  policies: `permit(principal, action, resource) unless { resource == Mcp::Tool::"write" };`,
});

describe.each(ROUTES)("through %s", (_name, route) => {
  const guarded = route.open({ policy, tools });

  test("a caller sees and calls the tools that the policy allows, and no others", async () => {
    expect(await guarded.list(reader)).toEqual(["read"]);
    expect(await guarded.list(writer)).toEqual(expect.arrayContaining(["read", "write", "fail"]));
    expect(await guarded.call(reader, "read", { note: "a" })).toMatchObject({
      result: { content: [{ text: "read a" }] },
    });
    expect(await guarded.call(writer, "write", { note: "b" })).toMatchObject({
      result: { content: [{ text: "write b" }] },
    });
  });

  test("a denied tool is not called", async () => {
    const before = [...guarded.calls];
    await guarded.call(reader, "write");
    expect(guarded.calls).toEqual(before);
    expect(guarded.records.at(-1)).toMatchObject({
      event: "access_denied",
      decision: "deny",
      outcome: "refused",
      reason: "policy",
      tool: "write",
      subject: "ada",
    });
  });

  test("a denied call is answered, byte by byte, as an unknown tool is", async () => {
    const open = route.open({ policy: allButWrite });
    const answerOf = async (name: string) => {
      const { status, headers, body } = await open.ask(reader, "tools/call", { name, arguments: { note: "n" } });
      const text = await textOf({ status, headers, body: body ?? "" });
      const { id } = JSON.parse(text);
      return { status, headers, text: text.replace(`"id":${id}`, '"id":0').replaceAll(name, "NAME") };
    };
    const unknown = await answerOf("nothing");
    expect(unknown.text).toContain("Tool NAME not found");
    expect(await answerOf("write")).toEqual(unknown);
    expect(open.calls).toEqual([]);
  });

  test("a tool that may be listed and not called is seen and not called", async () => {
    const policies = `permit(principal, action == Mcp::Action::"list", resource == Mcp::Tool::"write");`;
    const seen = route.open({ policy: cedarPolicy({ policies }) });
    expect(await seen.list(reader)).toEqual(["write"]);
    expect(JSON.stringify(await seen.call(reader, "write"))).toContain("Tool write not found");
    expect(seen.calls).toEqual([]);
  });

  test("deny by default: a policy that says nothing of a tool hides it", async () => {
    const closed = route.open({ policy: cedarPolicy({ policies: `forbid(principal, action, resource);` }) });
    expect(await closed.list(reader)).toEqual([]);
    const answer = JSON.stringify(await closed.call(reader, "read"));
    expect(answer).toContain("Tool read not found");
    expect(JSON.stringify(await closed.call(reader, "nothing"))).toEqual(
      answer.replaceAll("read", "nothing").replace(/"id":\d+/, `"id":${JSON.parse(answer).id + 1}`),
    );
  });
});

describe.each(V2_ROUTES)("through %s, a denied tool", (_name, route) => {
  test("is answered without the scopes or headers that it asks for", async () => {
    const policies = `permit(principal, action, resource) unless { [Mcp::Tool::"wipe", Mcp::Tool::"regional"].contains(resource) };`;
    const guarded = route.open({ policy: cedarPolicy({ policies }), tools: { wipe: { scopes: ["notes:wipe"] } } });
    for (const tool of ["wipe", "regional"]) {
      const response = await guarded.ask(reader, "tools/call", { name: tool, arguments: { region: "eu" } });
      expect(response.status).toBe(200);
      expect(response.headers).not.toHaveProperty("www-authenticate");
      expect(await textOf(response)).toContain(`Tool ${tool} not found`);
    }
  });
});

test("the list that differs by caller may not be kept for others, whatever the server says", () => {
  const result = {
    tools: [{ name: "read" }, { name: "write" }],
    ttlMs: 1000,
    cacheScope: "public",
    resultType: "complete",
  };
  const answer = { jsonrpc: "2.0", id: 1, result } as const;
  expect(withoutHidden(answer, "tools/list", (_primitive, name) => name === "read")).toEqual({
    ...answer,
    result: { ...result, tools: [{ name: "read" }], cacheScope: "private" },
  });
  const error = { jsonrpc: "2.0", id: 1, error: { code: -32603, message: "no" } } as const;
  expect(withoutHidden(error, "tools/list", () => false)).toBe(error);
});

test("in a batch, each call is decided by itself", async () => {
  for (const [name, route] of ROUTES.filter(([, { sessions }]) => sessions)) {
    const guarded = route.open({ policy, tools });
    const batch = ["read", "write", "read"].map((tool) => legacyRequest("tools/call", { name: tool, arguments: {} }));
    const answers = JSON.parse(await textOf(await guarded.send(reader, batch))) as Array<{ id: number }>;
    const byId = new Map(answers.map((answer) => [answer.id, JSON.stringify(answer)]));
    expect(
      batch.map(({ id }) => byId.get(id)?.includes("Tool write not found")),
      name,
    ).toEqual([false, true, false]);
    expect(guarded.calls).toEqual(["read", "read"]);
    expect(guarded.records.map(({ tool, outcome }) => `${tool} ${outcome}`).sort()).toEqual([
      "read ok",
      "read ok",
      "write refused",
    ]);
  }
});

test("in a batch, a denied call does not tell of the scopes that its tool asks for", async () => {
  for (const [name, route] of V2_ROUTES.filter(([, { sessions }]) => sessions)) {
    const guarded = route.open({ policy });
    const batch = ["read", "wipe"].map((tool) => legacyRequest("tools/call", { name: tool, arguments: {} }));
    const response = await guarded.send(reader, batch);
    expect([response.status, guarded.calls], name).toEqual([200, ["read"]]);
    expect(await textOf(response)).toContain("Tool wipe not found");
  }
});

test("a message that only looks like a call reaches no tool", async () => {
  for (const [, route] of ROUTES.filter(([, { era, sessions }]) => era === "legacy" && sessions)) {
    const guarded = route.open({ policy });
    const params = { name: "write", arguments: {} };
    for (const id of [undefined, null, {}, [], true]) {
      await guarded.send(reader, { jsonrpc: "2.0", method: "tools/call", params, ...(id !== undefined && { id }) });
    }
    const nameless = await guarded.send(reader, legacyRequest("tools/call", { name: { toString: "write" } }));
    expect(await textOf(nameless)).toContain("not found");
    expect(guarded.calls).toEqual([]);
  }
});
