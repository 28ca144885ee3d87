import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import * as z from "zod/v4";
import { startInstances } from "./instances.ts";
import { readStream } from "./stream-reader.ts";

const MB = 1_048_576;

function createServer(): McpServer {
  const server = new McpServer({ name: "large", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool(
    "burst",
    { inputSchema: z.object({ count: z.number(), bytes: z.number(), answerBytes: z.number() }) },
    async ({ count, bytes, answerBytes }, ctx) => {
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: 0, progress: 0 } });
      await new Promise((resolve) => setTimeout(resolve, 100));
      // Not one after the other: they are to be written together.
      const sent = Array.from({ length: count }, (_, index) => ctx.mcpReq.log("info", `${index} ${"x".repeat(bytes)}`));
      await Promise.all(sent);
      return { content: [{ type: "text", text: "y".repeat(answerBytes) }] };
    },
  );
  return server;
}

// Above what a tool may answer by default.
const instances = startInstances(createServer, { maxOutputBytes: 33_554_432 });

describe("events that are too large for the store", () => {
  test("together are kept one by one", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "burst", { count: 4, bytes: 3 * MB, answerBytes: 1 }));
    const first = await stream.message();
    const events = await stream.rest();
    expect(events.map(({ id }) => id)).not.toContain(undefined);
    expect(events).toHaveLength(5);
    const again = (await (await session.listen(1, first.id)).rest()).filter(({ message }) => message);
    expect(again).toEqual(events);
  });

  test("alone reach a client that is there", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "burst", { count: 0, bytes: 0, answerBytes: 9 * MB }));
    const events = await stream.rest();
    expect(JSON.stringify(events.at(-1)?.message?.result)).toContain("y".repeat(9 * MB));
  });

  test("alone end as an error for a client that was away", async () => {
    const session = await instances.open();
    const stream = readStream(await session.call(0, "burst", { count: 0, bytes: 0, answerBytes: 9 * MB }));
    await stream.message();
    await stream.leave();
    const resumed = await (await session.listen(1, stream.lastEventId)).rest();
    expect(resumed.at(-1)?.message).toMatchObject({ error: { message: expect.stringContaining("too large") } });
  });
});
