import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { legacyRequest } from "../support/messages.ts";
import { startInstances } from "./instances.ts";
import { createSessionServer } from "./session-servers.ts";
import { readStream } from "./stream-reader.ts";

function createServer(): McpServer {
  const server = new McpServer({ name: "impatient", version: "1.0.0" });
  server.registerTool("ask", {}, async () => {
    // Through the server and not the request's context, as servers of SDK v1 do.
    const answered = await server.server.listRoots(undefined, { timeout: 200 }).catch((error) => String(error));
    return { content: [{ type: "text", text: JSON.stringify(answered) }] };
  });
  return server;
}

test("a question that the server gave up is cancelled on its stream, under its id there", async () => {
  const instances = startInstances(createServer);
  const session = await instances.open({ capabilities: { roots: {} } });
  const stream = readStream(await session.call(0, "ask"));
  const { message: question } = await stream.message();
  expect((await stream.message()).message).toMatchObject({
    method: "notifications/cancelled",
    params: { requestId: question.id },
  });
  expect((await stream.message()).message).toMatchObject({ result: {} });
});

test("two requests under one id at a time get the replies to their own questions", async () => {
  const instances = startInstances(createSessionServer());
  const session = await instances.open({ capabilities: { elicitation: {} } });
  const request = legacyRequest("tools/call", { name: "name", arguments: {} });
  const streams = [readStream(await session.send(0, request)), readStream(await session.send(0, request))];
  const questions = [await streams[0]?.message(), await streams[1]?.message()];
  for (const index of [1, 0]) {
    const content = { name: `name ${index}` };
    const reply = { jsonrpc: "2.0", id: questions[index]?.message.id, result: { action: "accept", content } };
    expect((await session.send(2, reply)).status).toBe(202);
  }
  for (const [index, stream] of streams.entries()) {
    expect(JSON.stringify((await stream.message()).message)).toContain(`name ${index}`);
  }
});
