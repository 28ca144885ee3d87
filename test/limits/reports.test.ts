import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import * as z from "zod/v4";
import { createMemoryStore } from "../../src/index.ts";
import { startInstances } from "../protocol-2025/instances.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { legacyRequest, messagesOf, modernCall } from "../support/messages.ts";

const LONGEST = 9_000;
const ITEMS = 5_000;

/** A schema of the user's own, which nothing may write to. */
const ownSchema = Object.freeze({
  "~standard": Object.freeze({
    version: 1 as const,
    vendor: "own",
    validate: () => ({
      issues: Array.from({ length: ITEMS }, (_, at) => ({ message: `wrong: ${at}`, path: ["tags", at] })),
    }),
    jsonSchema: Object.freeze({ input: () => ({ type: "object" }), output: () => ({ type: "object" }) }),
  }),
});

const TAGS = { tags: z.array(z.string()) };

const wrongResult = async () => ({
  content: [],
  structuredContent: { tags: Array<unknown>(ITEMS).fill(1) as string[] },
});

function createV2(): McpServer {
  const server = new McpServer({ name: "v2", version: "1.0.0" }, { instructions: "long ".repeat(1_000) });
  const answer = async () => ({ content: [{ type: "text" as const, text: "in" }] });
  server.registerTool("tags", { inputSchema: z.object(TAGS) }, answer);
  server.registerTool("own", { inputSchema: ownSchema as unknown as z.ZodObject<Record<string, z.ZodType>> }, answer);
  server.registerTool("out", { inputSchema: z.object({}), outputSchema: z.object(TAGS) }, wrongResult);
  return server;
}

function createV1(): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "v1", version: "1.0.0" }, { instructions: "long ".repeat(1_000) });
  server.registerTool("tags", { inputSchema: TAGS }, async () => ({ content: [] }));
  server.registerTool("out", { inputSchema: {}, outputSchema: TAGS }, wrongResult);
  return server;
}

const wrong = (name: string) => ["tools/call", { name, arguments: { tags: Array(ITEMS).fill(1) } }] as const;

describe.each([
  ["SDK v2", createV2, ["tags", "own", "out"]],
  ["SDK v1", createV1, ["tags", "out"]],
] as const)("a schema of %s that fails", (sdk, factory, tools) => {
  test.each(tools)("reports so many issues and no more: %s", async (tool) => {
    const sessions = startInstances(factory);
    const session = await sessions.open();
    const responses = [
      await instanceOf(factory, {})(legacyRequest(...wrong(tool))),
      await session.send(0, legacyRequest(...wrong(tool))),
      ...(sdk === "SDK v2"
        ? [
            await instanceOf(factory, {})(...modernCall(...wrong(tool))),
            await instanceOf(factory, { fastPath: false })(...modernCall(...wrong(tool))),
          ]
        : []),
    ];
    for (const response of responses) {
      const [message] = await messagesOf(response);
      const text = JSON.stringify(message);
      expect(text).toMatch(
        /validation error: Invalid (arguments|structured content) for tool .* and more of that kind\./s,
      );
      expect(text.length).toBeLessThan(2 * LONGEST);
    }
  });

  test("the answer to initialize is held to the limit of every answer", async () => {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
    for (const options of [{}, { store: createMemoryStore() }]) {
      const call = instanceOf(factory, { ...options, maxOutputBytes: 2_048 });
      const [message] = await messagesOf(await call(legacyRequest("initialize", params)));
      expect(message).toMatchObject({ error: { message: expect.stringContaining("2048 bytes") } });
    }
  });
});
