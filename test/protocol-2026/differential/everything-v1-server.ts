import { setTimeout as sleep } from "node:timers/promises";
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import * as z from "zod/v4";
import { textResult } from "../instances.ts";

const tone = {
  tone: completable(z.string(), (start) => ["calm", "cross"].filter((it) => it.startsWith(start))),
};

/** The same tools, prompts and resources as `createEverything`, as far as SDK v1 has them. */
export function createV1Everything(): McpServer {
  const server = new McpServer({ name: "everything", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("echo", { inputSchema: { text: z.string() } }, async ({ text }) => textResult(text));
  server.registerTool("typed", { outputSchema: { sum: z.number() } }, async () => ({
    content: [],
    structuredContent: { sum: 3 },
  }));
  server.registerTool("mistyped", { outputSchema: { sum: z.number() } }, async () => ({
    content: [],
    structuredContent: { sum: "three" },
  }));
  server.registerTool("throws", {}, async () => {
    throw new TypeError("the tool's own words");
  });
  server.registerTool("odd-result", {}, async () => ({ content: "no list" }) as never);
  server.registerTool("progress", {}, async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken ?? "none";
    await sendNotification({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    await sleep(1);
    await sendNotification({ method: "notifications/progress", params: { progressToken, progress: 2 } });
    return textResult("done");
  });
  server.registerTool("logs", {}, async ({ sendNotification }) => {
    // One that belongs to the call, and one that belongs to no call.
    await sendNotification({ method: "notifications/message", params: { level: "info", data: "half way" } });
    await server.sendLoggingMessage({ level: "info", data: "unrelated" });
    return textResult("done");
  });
  server.registerTool("asks", {}, async ({ sendRequest }) => {
    const params = { message: "Who?", requestedSchema: { type: "object" as const, properties: {} } };
    return textResult(JSON.stringify(await sendRequest({ method: "elicitation/create", params }, z.any())));
  });
  server.registerTool("pushes", {}, async () => textResult(JSON.stringify(await server.server.ping())));
  server.registerTool("who", {}, async ({ authInfo, requestInfo, sessionId }) => {
    const seen = { client: server.server.getClientVersion(), capabilities: server.server.getClientCapabilities() };
    const { headers, url } = requestInfo ?? {};
    return textResult(JSON.stringify({ ...seen, user: authInfo?.clientId, sessionId, headers, url }));
  });
  server.registerTool("disabled", {}, async () => textResult("never")).disable();
  server.registerPrompt("mood", { argsSchema: tone }, (args) => ({
    messages: [{ role: "user", content: { type: "text", text: args.tone } }],
  }));
  server.registerResource("page", "notes://page", {}, async () => ({
    contents: [{ uri: "notes://page", text: "one" }],
  }));
  const template = new ResourceTemplate("notes://{id}", { list: undefined });
  server.registerResource("note", template, {}, async (uri) => ({ contents: [{ uri: uri.href, text: "a note" }] }));
  return server;
}
