import { setTimeout as sleep } from "node:timers/promises";
import { acceptedContent, type CallToolResult, inputRequired, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type FactoryContext, type ServerDefinition } from "../../src/index.ts";
import { createTasks } from "../../src/tasks/create-tasks.ts";

const text = (value: string): CallToolResult => ({ content: [{ type: "text", text: value }] });
const form = z.object({ ok: z.boolean() });
const question = {
  method: "elicitation/create",
  params: { mode: "form", message: "Go on?", requestedSchema: { type: "object", properties: {} } },
} as const;
const tasks = createTasks();

/** A server that keeps something in each way that there is. */
export const server: ServerDefinition = defineServer({
  tasks,
  createServer({ handles, notify, once, requestState }: FactoryContext) {
    const capabilities = { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} };
    const made = new McpServer({ name: "keeping", version: "1.0.0" }, { capabilities, requestState });
    const word = { inputSchema: z.object({ word: z.string() }) };
    made.registerTool("who", {}, async () => text(made.server.getClientVersion()?.name ?? ""));
    made.registerTool("log", {}, async (ctx) => {
      await ctx.mcpReq.log("debug", "debug");
      await ctx.mcpReq.log("error", "error");
      return text("logged");
    });
    made.registerTool("change", word, async ({ word }) => {
      notify.resourceUpdated(word);
      return text("changed");
    });
    made.registerTool("steps", {}, async (ctx) => {
      for (let progress = 1; progress <= 3; progress++) {
        await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken: "t", progress } });
        await sleep(20);
      }
      return text("done");
    });
    made.registerTool("once", word, async ({ word }) => text(await once("key", { ttlSeconds: 600 }, async () => word)));
    made.registerTool("keep", word, async ({ word }) => text(await handles.create(word, { ttlSeconds: 600 })));
    made.registerTool("kept", word, async ({ word }) => text((await handles.get<string>(word)) ?? "nothing"));
    made.registerTool("ask", {}, async ({ mcpReq }) => {
      const state = mcpReq.requestState<{ secret: string }>();
      if (state && acceptedContent(mcpReq.inputResponses, "sure", form)?.ok) return text(state.secret);
      const sure = inputRequired.elicit({ message: "Sure?", requestedSchema: form });
      const minted = await requestState.mint({ secret: "swordfish" }, { ttlSeconds: 600 });
      return inputRequired({ inputRequests: { sure }, requestState: minted });
    });
    made.registerTool(
      "work",
      { inputSchema: z.object({ asks: z.boolean() }) },
      tasks.run(async ({ asks }, task) => {
        const before = await task.step("before", async () => "before");
        const answer = asks ? await task.ask("sure", question) : undefined;
        return text(`${before} ${JSON.stringify(answer ?? null)}`);
      }),
    );
    return made;
  },
});
