import { acceptedContent, inputRequired, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { defineServer, type ServerDefinition } from "../../../src/index.ts";
import chaosServer from "../../chaos/chaos-server.ts";

const input = z.object({ nonce: z.string() });
const form = z.object({ word: z.string() });

/** For 2025 clients the server of the chaos tests; for those of 2026 one whose tool asks and seals what it asked about. */
const server: ServerDefinition = defineServer({
  createServer(context) {
    if (context.era === "legacy") return chaosServer.createServer(context);
    const { requestState } = context;
    const made = new McpServer({ name: "two-clouds", version: "1.0.0" }, { requestState });
    made.registerTool("confirm", { inputSchema: input }, async ({ nonce }, { mcpReq }) => {
      const word = acceptedContent(mcpReq.inputResponses, "word", form)?.word;
      if (word !== undefined && mcpReq.requestState<string>() === nonce) {
        return { content: [{ type: "text", text: `${word} for ${nonce}` }] };
      }
      const question = inputRequired.elicit({ message: "Which word?", requestedSchema: form });
      return inputRequired({ inputRequests: { word: question }, requestState: await requestState.mint(nonce) });
    });
    return made;
  },
});
export default server;
