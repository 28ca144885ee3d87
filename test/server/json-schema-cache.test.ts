import { McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import * as z from "zod/v4";
import { createMcpEndpoint } from "../../src/index.ts";
import { callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";

const input = z.object({ text: z.string().describe("what to say") });
const output = z.object({ said: z.string() });
const conversions = { input: vi.fn(), output: vi.fn() };
for (const [schema, io] of [
  [input, "input"],
  [output, "output"],
] as const) {
  const { jsonSchema } = schema["~standard"];
  const convert = jsonSchema[io];
  conversions[io].mockImplementation(convert);
  Object.assign(jsonSchema, { [io]: conversions[io] });
}

function createServer(): McpServer {
  const server = new McpServer({ name: "memo", version: "1.0.0" });
  server.registerTool("say", { inputSchema: input, outputSchema: output }, async ({ text }) => ({
    content: [],
    structuredContent: { said: text },
  }));
  return server;
}

test("a schema declared once is converted once per process, whatever is asked how often", async () => {
  const call = callerOf(createMcpEndpoint(createServer, { logLevel: "silent" }));
  const lists = [];
  for (let round = 0; round < 3; round++) {
    lists.push((await messagesOf(await call(...modernCall("tools/list"))))[0]?.result);
    lists.push((await messagesOf(await call(legacyRequest("tools/list"))))[0]?.result);
    const params = { name: "say", arguments: { text: "hi" } };
    const [answer] = await messagesOf(await call(...modernCall("tools/call", params)));
    expect(answer).toMatchObject({ result: { structuredContent: { said: "hi" } } });
  }
  // The first output conversion happens while the first server registers its tool, before anyone can remember it.
  expect(conversions.input).toHaveBeenCalledTimes(1);
  expect(conversions.output.mock.calls.length).toBeLessThanOrEqual(2);
  for (const result of lists) {
    expect(result).toMatchObject({
      tools: [
        {
          inputSchema: { type: "object", properties: { text: { type: "string", description: "what to say" } } },
          outputSchema: { type: "object", properties: { said: { type: "string" } } },
        },
      ],
    });
  }
});
