import { describe, expect, test } from "vitest";
import { cedarPolicy } from "../../src/authorization/cedar-policy.ts";
import { uriForms } from "../../src/authorization/uri-forms.ts";
import { defineServer } from "../../src/index.ts";
import { gateway } from "../../src/sources/sources.ts";
import { ROUTES } from "../security/routes.ts";
import { messagesOf } from "../support/messages.ts";
import { createV1Primitives, createV2Primitives, DIARY, SECRET, type Uses } from "./primitive-servers.ts";

const ada = { sub: "ada" };

/** Everything but the secret; and nothing of the secret's folder. */
const forbidding = cedarPolicy({
  policies: `permit(principal, action, resource); forbid(principal, action, resource == Mcp::Resource::"${SECRET}");`,
});
/** A folder of ada's, and nothing else. */
const permitting = cedarPolicy({
  policies: `permit(principal, action, resource is Mcp::Resource) when { resource.uri like "notes://ada/public/*" };`,
});

const DISGUISED = [
  [forbidding, "notes://eve/x/../secret", SECRET],
  [forbidding, "notes://eve/%2e/secret", SECRET],
  [forbidding, "notes://eve/x/%2E./secret", SECRET],
  [forbidding, "notes://eve/sec\nret", SECRET],
  [forbidding, "\tNOTES://eve/secret ", SECRET],
  [permitting, "notes://ada/public/../diary", DIARY],
] as const;

/** Whether a message can carry it: those of 2026 name it in a header, too, which holds no line breaks. */
const isSent = (uri: string, era: "modern" | "legacy"): boolean => era === "legacy" || !/[\n\t]/.test(uri);

describe.each(ROUTES)("through %s", (_name, route) => {
  test.each(DISGUISED.filter(([, uri]) => isSent(uri, route.era)))(
    "a policy decides about the resource that the server reads (%#)",
    async (policy, uri, read) => {
      const uses: Uses = [];
      const createServer = () => (route.sdk === 2 ? createV2Primitives(uses) : createV1Primitives(uses));
      const params = { uri, ...(isSent(uri, "modern") && { name: uri }) };
      const [free] = await messagesOf(await route.open({ createServer }).ask(ada, "resources/read", params));
      expect(free).toHaveProperty("result");
      expect(uses.splice(0)).toEqual([`read ${read}`]);
      const guarded = route.open({ createServer, policy });
      const [answer] = await messagesOf(await guarded.ask(ada, "resources/read", params));
      expect(answer).toMatchObject({ error: { code: -32602 } });
      expect(uses).toEqual([]);
      expect(guarded.records.at(-1)).toMatchObject({ event: "access_denied", decision: "deny", reason: "policy" });
    },
  );

  test("what is allowed in each form is read", async () => {
    const uses: Uses = [];
    const createServer = () => (route.sdk === 2 ? createV2Primitives(uses) : createV1Primitives(uses));
    const uri = "notes://ada/x/../diary";
    const guarded = route.open({ createServer, policy: forbidding });
    const [answer] = await messagesOf(await guarded.ask(ada, "resources/read", { uri, name: uri }));
    expect(answer).toHaveProperty("result");
    expect(uses).toEqual([`read ${DIARY}`]);
  });
});

test("a gateway's policy decides about the resource that the server behind it reads", async () => {
  const uses: Uses = [];
  const { createServer } = gateway({ eve: defineServer({ createServer: () => createV2Primitives(uses) }) });
  const policy = cedarPolicy({
    policies: `permit(principal, action, resource); forbid(principal, action, resource == Mcp::Resource::"eve+${SECRET}");`,
  });
  const [[, modern] = []] = ROUTES;
  for (const [rules, expected] of [
    [{}, [`read ${SECRET}`]],
    [{ policy }, []],
  ] as const) {
    const uri = `eve+notes://eve/x/../secret`;
    await messagesOf(
      (await modern?.open({ createServer, ...rules }).ask(ada, "resources/read", { uri, name: uri })) as never,
    );
    expect(uses.splice(0)).toEqual(expected);
  }
});

test.each([
  ["notes://1", ["notes://1"]],
  ["no URI", ["no URI"]],
  ["", [""]],
  ["HTTPS://Example.com:443/a/../b", ["HTTPS://Example.com:443/a/../b", "https://example.com/b"]],
  // A gateway puts the name of a source before the URI, which hides the scheme from the parser.
  ["crm+https://EXAMPLE.com/a", ["crm+https://EXAMPLE.com/a", "crm+https://example.com/a"]],
])("the forms of %j", (uri, forms) => {
  expect(uriForms(uri)).toEqual(forms);
});
