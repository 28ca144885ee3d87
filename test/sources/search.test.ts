import { Server } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { type GatewayOptions, gateway } from "../../src/sources/sources.ts";
import { CATALOG, QUESTIONS } from "./catalog.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

/** A server with three hundred tools, each of which says its name. */
function createCatalog(): Server {
  const server = new Server({ name: "catalog", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: CATALOG }) as never);
  server.setRequestHandler("tools/call", ({ params }) => ({
    content: [{ type: "text", text: `${params.name} ${JSON.stringify(params.arguments)}` }],
  }));
  return server;
}

const endpointOf = (options: GatewayOptions = {}) =>
  createMcpEndpoint(gateway({ all: createCatalog }, { prefixes: { all: "" }, search: {}, ...options }), {
    store: createMemoryStore(),
    logLevel: "silent",
    audit: "off",
  });

const found = (text: string): string[] =>
  text.startsWith("[") ? JSON.parse(text).map(({ name }: { name: string }) => name) : [];

describe.each(ERAS)("a client of %s", (era) => {
  test("sees the search and what is pinned, finds the right tools, and calls them", async () => {
    const client = await connectTo(endpointOf({ search: { pinned: ["text_translate"] } }), era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["find_tools", "call_tool", "text_translate"]);
    const hits: string[] = [];
    for (const [query, tool] of QUESTIONS) {
      if (
        found(await callText(client, "find_tools", { query }))
          .slice(0, 5)
          .includes(tool)
      )
        hits.push(tool);
    }
    expect(CATALOG).toHaveLength(300);
    expect(hits.length).toBeGreaterThanOrEqual(9);
    expect(await callText(client, "call_tool", { name: "text_translate", arguments: { id: "1" } })).toBe(
      'text_translate {"id":"1"}',
    );
    expect(await callText(client, "find_tools", { query: "zzz" })).toMatch(/No tool fits/);
    expect(await callText(client, "find_tools", {})).toMatch(/query is missing/);
  });

  test("neither finds nor calls what the policy does not allow", async () => {
    const policy = {
      decide: ({
        tool,
        attributes,
      }: {
        readonly tool?: string;
        readonly attributes: Readonly<Record<string, unknown>>;
      }) => ({
        allowed: tool !== "billing_refund_payment" && attributes.id !== "secret",
        policies: [],
      }),
    };
    const tools = { text_translate: { policyAttributes: ["id"] } };
    const client = await connectTo(endpointOf({ policy, tools }), era);
    expect(found(await callText(client, "find_tools", { query: "refund a payment", limit: 50 }))).not.toContain(
      "billing_refund_payment",
    );
    const call = async (name: string, id: string) =>
      client.callTool({ name: "call_tool", arguments: { name, arguments: { id } } }).then(
        ({ content, isError }) => `${isError ? "refused" : "done"} ${JSON.stringify(content)}`,
        (error: Error) => `refused ${error.message}`,
      );
    expect(await call("billing_refund_payment", "1")).toMatch(/^refused/);
    expect(await call("text_translate", "secret")).toMatch(/^refused/);
    expect(await call("text_translate", "1")).toMatch(/^done/);
  });
});

test("the rules of a tool hold when it is called by name", async () => {
  const tools = {
    text_translate: { rateLimit: { limit: 1, windowSeconds: 3_600 } },
    git_create_pull_request: { scopes: ["code"] },
  };
  const verifier = {
    verifyAccessToken: async (token: string) => ({
      token,
      clientId: "t",
      scopes: [],
      expiresAt: Date.now() / 1000 + 60,
      extra: { sub: "ada" },
    }),
  };
  const client = await connectTo(endpointOf({ tools, verifier }), "2026-07-28", {
    headers: { authorization: "Bearer x" },
  });
  const call = (name: string) => callText(client, "call_tool", { name });
  expect(await call("text_translate")).toContain("text_translate");
  expect(await call("text_translate")).toMatch(/too often/);
  expect(await call("git_create_pull_request")).toMatch(/not found/);
  expect(found(await callText(client, "find_tools", { query: "pull request" }))).not.toContain(
    "git_create_pull_request",
  );
});
