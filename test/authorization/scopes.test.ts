import { describe, expect, test } from "vitest";
import { platformIdentities } from "../../adapters/aws/identity.ts";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import { type Guarded, ROUTES, V2_ROUTES, type Who } from "../security/routes.ts";
import { legacyRequest, textOf } from "../support/messages.ts";

const withScopes = (...scopes: string[]): Who => ({ sub: "ada", scopes });

/** The scopes that a 403 names, in order; undefined for any other answer. */
async function challengeTo(guarded: Guarded, who: Who, method: string, params: object): Promise<string[] | undefined> {
  const { status, headers, body } = await guarded.ask(who, method, params);
  const challenge = headers["www-authenticate"];
  await textOf({ status, headers, body: body ?? "" });
  if (status !== 403) return undefined;
  expect(challenge).toContain('error="insufficient_scope"');
  return /scope="([^"]*)"/
    .exec(challenge ?? "")?.[1]
    ?.split(" ")
    .sort();
}

describe.each(ROUTES)("through %s", (_name, route) => {
  const guarded = route.open({ tools: { write: { scopes: ["notes:write"] } } }, { requiredScopes: ["mcp"] });
  const write = { name: "write", arguments: {} };

  const lacking: Array<[string, Who]> = [
    ["neither the endpoint's scope nor the tool's", withScopes()],
    ["the tool's scope alone", withScopes("notes:write")],
    ["the endpoint's scope alone", withScopes("mcp")],
  ];
  // Nobody else gets as far as a session.
  const present = lacking.filter(([, { scopes }]) => !route.sessions || scopes?.includes("mcp"));
  test.each(present)("a caller who has %s is told of both, once", async (_has, who) => {
    expect(await challengeTo(guarded, who, "tools/call", write)).toEqual(["mcp", "notes:write"]);
    expect(guarded.calls).toEqual([]);
    expect(guarded.records.at(-1)).toMatchObject({
      event: "access_denied",
      reason: "insufficient_scope",
      outcome: "refused",
      tool: "write",
      scopes: ["mcp", "notes:write"],
    });
  });

  test("a caller who has both calls the tool, and a caller who lacks its scope sees it listed", async () => {
    expect(await guarded.call(withScopes("mcp", "notes:write"), "write")).toHaveProperty("result");
    expect(guarded.calls).toEqual(["write"]);
    expect(await guarded.list(withScopes("mcp"))).toContain("write");
  });

  test("a challenge for a request that needs only the endpoint's scope names that scope alone", async () => {
    expect(await challengeTo(guarded, withScopes("other"), "tools/list", {})).toEqual(["mcp"]);
    expect(guarded.records.at(-1)).not.toHaveProperty("tool");
  });
});

describe.each(V2_ROUTES)("through %s, the scopes that SDK v2's tools ask for", (_name, route) => {
  const open = (): Guarded => route.open({ tools: { wipe: { scopes: ["notes:write"] } } }, { requiredScopes: ["mcp"] });
  const ALL = ["mcp", "notes:all", "notes:wipe", "notes:write"];

  test.each([
    ["no scope of the tool's", ["mcp"]],
    ["those of the rules", ["mcp", "notes:write"]],
    ["those of the SDK", ["mcp", "notes:wipe", "notes:all"]],
    ["all but one", ["mcp", "notes:write", "notes:wipe"]],
  ])("are all in the challenge to a caller who has %s", async (_has, scopes) => {
    const guarded = open();
    expect(await challengeTo(guarded, withScopes(...scopes), "tools/call", { name: "wipe", arguments: {} })).toEqual(
      ALL,
    );
    expect(guarded.calls).toEqual([]);
    expect(guarded.records).toMatchObject([{ tool: "wipe", reason: "insufficient_scope" }]);
  });

  test("let in a caller who has all of them", async () => {
    const guarded = open();
    expect(await guarded.call(withScopes(...ALL), "wipe")).toMatchObject({ result: { content: [{ text: "wiped" }] } });
  });

  test("hold for prompts, too", async () => {
    const guarded = open();
    expect(await challengeTo(guarded, withScopes("mcp"), "prompts/get", { name: "prompt" })).toEqual([
      "mcp",
      "prompts",
    ]);
    expect(await challengeTo(guarded, withScopes("mcp", "prompts"), "prompts/get", { name: "prompt" })).toBeUndefined();
  });

  test("are in a challenge that names the metadata of the protected resource", async () => {
    const guarded = route.open({ authorizationServers: ["https://issuer.example"] });
    const { headers } = await guarded.ask(withScopes(), "tools/call", { name: "wipe", arguments: {} });
    expect(headers["www-authenticate"]).toContain(
      'resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"',
    );
  });
});

test("no call of a batch is made when one of them lacks a scope", async () => {
  for (const [name, route] of ROUTES.filter(([, { sessions }]) => sessions)) {
    const guarded = route.open({ tools: { write: { scopes: ["notes:write"] }, pay: { scopes: ["pay"] } } });
    const batch = ["read", "write", "pay"].map((tool) => legacyRequest("tools/call", { name: tool, arguments: {} }));
    const response = await guarded.send(withScopes(), batch);
    expect([response.status, response.headers["www-authenticate"]], name).toEqual([
      403,
      expect.stringContaining('scope="notes:write pay"'),
    ]);
    expect(guarded.calls).toEqual([]);
  }
});

test("a tool that is hidden from a caller is not told of by its scopes", async () => {
  for (const [name, route] of ROUTES) {
    const policy = cedarPolicy({ policies: `permit(principal, action, resource == Mcp::Tool::"read");` });
    const guarded = route.open({ policy, tools: { write: { scopes: ["secret:scope"] } } });
    const response = await guarded.ask(withScopes(), "tools/call", { name: "write", arguments: {} });
    expect(response.status, name).toBe(200);
    expect(await textOf(response)).toContain("Tool write not found");
  }
});

test("a platform's callers, who have no scopes, do not get what SDK v2 asks scopes for", async () => {
  for (const [name, route] of V2_ROUTES) {
    const guarded = route.open({}, { isOpen: true, platformIdentity: "aws-iam", platformIdentities });
    const invocation = { identity: { issuer: "aws-iam", subject: "arn:aws:iam::123456789012:user/ada" } };
    const status = async (tool: string): Promise<number> =>
      (await guarded.ask(undefined, "tools/call", { name: tool, arguments: {} }, { invocation })).status;
    expect([await status("read"), await status("wipe")], name).toEqual([200, 403]);
    expect(guarded.calls).toEqual(["read"]);
  }
});
