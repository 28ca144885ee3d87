import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../src/index.ts";
import { createToolServer } from "./tools.ts";

const input = z.object({ key: z.string() });

/** A server with a tool that reads an item of the table. */
const server: ServerDefinition = defineServer({
  createServer: ({ handles }) => {
    const tools = createToolServer();
    tools.registerTool("recall", { inputSchema: input }, async ({ key }) => ({
      content: [{ type: "text", text: JSON.stringify((await handles.get(key)) ?? null) }],
    }));
    return tools;
  },
});
export default server;
