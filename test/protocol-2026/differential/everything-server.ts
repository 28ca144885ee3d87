import { setTimeout as sleep } from "node:timers/promises";
import { completable, inputRequired, McpServer, ResourceTemplate, requireScopes } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { textResult } from "../instances.ts";

const tone = z.object({
  tone: completable(z.string(), (start) => ["calm", "cross"].filter((it) => it.startsWith(start))),
});

/** A server with something for each way in which a call can be answered. Built anew or reused: it keeps nothing. */
export function createEverything(): McpServer {
  const capabilities = { tools: { listChanged: true }, logging: {}, completions: {} };
  const server = new McpServer({ name: "everything", version: "1.0.0" }, { capabilities });
  server.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, async ({ text }) => textResult(text));
  server.registerTool("typed", { outputSchema: z.object({ sum: z.number() }) }, async () => ({
    content: [],
    structuredContent: { sum: 3 },
  }));
  server.registerTool("mistyped", { outputSchema: z.object({ sum: z.number() }) }, async () => ({
    content: [],
    structuredContent: { sum: "three" as unknown as number },
  }));
  server.registerTool("throws", {}, async () => {
    throw new TypeError("the tool's own words");
  });
  server.registerTool("odd-result", {}, async () => ({ content: "no list" }) as never);
  server.registerTool("progress", {}, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? "none";
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    await sleep(1);
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 2 } });
    return textResult("done");
  });
  server.registerTool("logs", {}, async (ctx) => {
    await ctx.mcpReq.log("info", "half way");
    return textResult("done");
  });
  server.registerTool("asks", {}, async () =>
    inputRequired({
      inputRequests: {
        name: inputRequired.elicit({ message: "Who?", requestedSchema: z.object({ name: z.string() }) }),
      },
    }),
  );
  server.registerTool("pushes", {}, async () =>
    textResult(JSON.stringify(await server.server.request({ method: "ping" }))),
  );
  server.registerTool("who", {}, async (ctx) => {
    const { name } = server.server.getClientVersion() ?? {};
    const seen = { name, capabilities: server.server.getClientCapabilities(), user: ctx.http?.authInfo?.clientId };
    const { method, url } = ctx.http?.req ?? {};
    return textResult(JSON.stringify({ ...seen, method, url, agent: ctx.http?.req?.headers.get("user-agent") }));
  });
  server.registerTool("scoped", { scopeChallenge: requireScopes("notes:write") }, async () => textResult("written"));
  const region = z.string().meta({ "x-mcp-header": "Region" });
  server.registerTool("regional", { inputSchema: z.object({ region }) }, async (input) => textResult(input.region));
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
