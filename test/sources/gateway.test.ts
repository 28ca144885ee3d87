import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod/v4";
import { createMcpEndpoint, createMemoryStore, defineServer, type FactoryContext } from "../../src/index.ts";
import { gateway, type Source } from "../../src/sources/sources.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

/** A server that tells of its own name, in every kind of thing that a server has. */
const named = (name: string) =>
  defineServer({
    createServer: ({ caller, once }: FactoryContext) => {
      const server = new McpServer({ name, version: "1.0.0" });
      server.registerTool("who", { inputSchema: z.object({ like: z.string() }) }, async ({ like }) =>
        text(`${name} for ${caller.principal}: ${like}`),
      );
      server.registerTool("link", {}, async () => ({
        content: [{ type: "resource_link", uri: "note://1", name: "one" }],
      }));
      server.registerTool("once", {}, async () =>
        text(await once("the same key", { ttlSeconds: 60 }, async () => name)),
      );
      server.registerPrompt("greet", {}, () => ({
        messages: [{ role: "user", content: { type: "text", text: `Hello from ${name}` } }],
      }));
      server.registerResource("note", "note://1", {}, (uri) => ({
        contents: [{ uri: uri.href, text: `note of ${name}` }],
      }));
      return server;
    },
  });

function createV1Server(): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "old", version: "1.0.0" });
  server.registerTool("echo", { inputSchema: { like: z.string() } }, async ({ like }) => text(`old: ${like}`));
  return server;
}

const endpointOf = (sources: Record<string, Source>, options = {}) =>
  createMcpEndpoint(gateway(sources, options), { store: createMemoryStore(), logLevel: "silent", audit: "off" });

describe.each(ERAS)("a client of %s", (era) => {
  test("sees what all sources have, and reaches each of them by its name", async () => {
    const client = await connectTo(endpointOf({ notes: named("notes"), crm: named("crm"), old: createV1Server }), era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["notes_who", "notes_link", "crm_who", "crm_once", "old_echo"]),
    );
    expect(await callText(client, "notes_who", { like: "a" })).toBe("notes for anonymous: a");
    expect(await callText(client, "crm_who", { like: "b" })).toBe("crm for anonymous: b");
    expect(await callText(client, "old_echo", { like: "c" })).toBe("old: c");
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["notes_greet", "crm_greet"]);
    const greeting = await client.getPrompt({ name: "crm_greet" });
    expect(greeting.messages[0]?.content).toMatchObject({ text: "Hello from crm" });
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(["notes+note://1", "crm+note://1"]);
    const { contents } = await client.readResource({ uri: "crm+note://1" });
    expect(contents).toMatchObject([{ uri: "crm+note://1", text: "note of crm" }]);
    const { content } = await client.callTool({ name: "notes_link", arguments: {} });
    expect(content).toMatchObject([{ type: "resource_link", uri: "notes+note://1" }]);
  });

  test("gets each source's own result for one key of once", async () => {
    const client = await connectTo(endpointOf({ notes: named("notes"), crm: named("crm") }), era);
    expect(await callText(client, "notes_once")).toBe("notes");
    expect(await callText(client, "crm_once")).toBe("crm");
  });

  test("is told in words of a name that nothing has", async () => {
    const client = await connectTo(endpointOf({ notes: named("notes") }), era);
    await expect(client.readResource({ uri: "crm+note://1" })).rejects.toThrow(/not found/);
    const { isError } = await client.callTool({ name: "crm_who", arguments: {} });
    expect(isError).toBe(true);
  });

  test("does without a source that fails or hangs", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = () => {
      throw new Error("no such database");
    };
    const hanging = () => new Promise<never>(() => {});
    const client = await connectTo(
      endpointOf({ notes: named("notes"), broken, hanging }, { listSeconds: 1, prefixes: { notes: "" } }),
      era,
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["who", "link", "once"]);
    const lines = logged.mock.calls.map(([line]) => String(line)).join("\n");
    expect(lines).toContain("source broken is left out of tools: no such database");
    expect(lines).toContain("source hanging is left out of tools: no answer within 1 s");
    logged.mockRestore();
  });

  test("has its operator told once of a tool whose name is too long for some clients", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    // Another one for each era: a name is told of once in a process.
    const prefix = `${era.replaceAll("-", "")}${"y".repeat(31)}_`;
    const long = "z".repeat(24);
    const server = () => {
      const made = new McpServer({ name: "long", version: "1.0.0" });
      made.registerTool(long, {}, async () => ({ content: [] }));
      made.registerTool(`${long}z`, {}, async () => ({ content: [] }));
      return made;
    };
    const client = await connectTo(endpointOf({ crm: server }, { prefixes: { crm: prefix } }), era);
    expect((await client.listTools()).tools).toHaveLength(2);
    await client.listTools();
    const lines = logged.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("characters"));
    expect(lines).toEqual([expect.stringContaining(`tool "${prefix}${long}z" has 65 characters`)]);
    logged.mockRestore();
  });

  test("is held to the policy of the gateway and to that of the source", async () => {
    const guarded = { ...named("notes"), policy: allowOnly("who"), tools: { who: { policyAttributes: ["like"] } } };
    const endpoint = endpointOf(
      { notes: defineServer(guarded), crm: named("crm") },
      { policy: allowOnly("notes_who", "notes_link", "crm_link") },
    );
    const client = await connectTo(endpoint, era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["notes_who", "crm_link"]);
    expect(await callText(client, "notes_who", { like: "a" })).toContain("notes for");
    const refused = await client.callTool({ name: "notes_link", arguments: {} }).catch((error: Error) => error.message);
    expect(JSON.stringify(refused)).toMatch(/not found|Unknown/i);
  });
});

const allowOnly = (...tools: readonly string[]) => ({
  decide: ({ tool }: { readonly tool?: string }) => ({
    allowed: tool !== undefined && tools.includes(tool),
    policies: [],
  }),
});

test.each([
  ["no source", {}, {}, "has no sources"],
  ["a name that no URI can carry", { My_Notes: named("a") }, {}, 'a source "My_Notes"'],
  ["a prefix of nothing", { a: named("a") }, { prefixes: { b: "" } }, 'a prefix for "b"'],
  ["two sources without prefixes", { a: named("a"), b: named("b") }, { prefixes: { a: "", b: "" } }, "apart"],
  ["a prefix that begins another", { a: named("a"), b: named("b") }, { prefixes: { a: "x.", b: "x.y." } }, "apart"],
  ["something that is no server", { a: 7 }, {}, "Source a of the gateway: The server must be"],
  [
    "a verifier of a source's own",
    { a: { ...named("a"), verifier: { verifyAccessToken: () => {} } } },
    {},
    "Source a of the gateway has verifier",
  ],
])("is refused with one sentence: %s", (_name, sources, options, sentence) => {
  expect(() => gateway(sources as never, options as never)).toThrow(sentence);
});
