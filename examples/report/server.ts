import { type ElicitRequestFormParams, McpServer } from "@modelcontextprotocol/server";
import { defineServer, type ServerDefinition } from "mcp-anycloud";
import { createTasks } from "mcp-anycloud/tasks";
import * as z from "zod/v4";

/** A report that takes its time: it is gathered city by city, approved by a person, and written after a pause. */

const tasks = createTasks({ ttlSeconds: 3_600 });

const APPROVAL: ElicitRequestFormParams["requestedSchema"] = {
  type: "object",
  properties: { approve: { type: "boolean", title: "Publish the report?" } },
  required: ["approve"],
};

function createServer(): McpServer {
  const server = new McpServer({ name: "report", version: "1.0.0" });
  server.registerTool(
    "write_report",
    {
      description: "Gathers figures of cities, asks for approval, and writes a report.",
      inputSchema: z.object({ cities: z.array(z.string()).min(1).max(20) }),
    },
    tasks.run(async ({ cities }, task) => {
      const figures: number[] = [];
      for (const [index, city] of cities.entries()) {
        figures.push(await task.step(`gather ${index}`, () => gather(city)));
        await task.progress({ progress: index + 1, total: cities.length, message: `gathered ${city}` });
      }
      const total = figures.reduce((sum, figure) => sum + figure, 0);

      // Nothing runs from here until the person has answered, be that in a minute or in an hour.
      const message = `The total is ${total}. Publish it?`;
      const answer = await task.ask("approval", {
        method: "elicitation/create",
        params: { mode: "form", message, requestedSchema: APPROVAL },
      });
      if (answer.action !== "accept" || !answer.content?.approve) return text("The report was not approved.");

      await task.sleep("cool down", 1);
      return text(await task.step("write", () => publish(cities, total)));
    }),
  );
  return server;
}

const text = (words: string): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text: words }],
});

/** Stands for a slow request to somewhere else. */
async function gather(city: string): Promise<number> {
  return city.length;
}

/** Stands for an effect that must not happen twice. */
async function publish(cities: readonly string[], total: number): Promise<string> {
  return `Report on ${cities.join(", ")}: ${total}.`;
}

const definition: ServerDefinition = defineServer({ createServer, tasks });
export default definition;
