import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type Container, listenOnPort } from "../../adapters/gcp/container.ts";
import { createMcpEndpoint, defineServer } from "../../src/index.ts";

/** The good server, one that lacks a tool, one whose tool fails, and one whose list of prompts does. */
export const KINDS = ["good", "narrower", "broken", "unlisted"] as const;
export type Kind = (typeof KINDS)[number];

/** A server of a kind, on a port of its own. */
export async function serveKind(kind: Kind): Promise<Container> {
  const server = defineServer({
    createServer() {
      const made = new McpServer({ name: kind, version: "1.0.0" });
      const annotations = { readOnlyHint: true };
      const inputSchema = z.object({});
      made.registerTool("list_notes", { annotations, inputSchema }, () => {
        if (kind === "broken") throw new Error("out of paper");
        return { content: [{ type: "text", text: "none" }] };
      });
      if (kind !== "narrower") made.registerTool("add_note", { inputSchema }, () => ({ content: [] }));
      if (kind === "unlisted") {
        made.registerPrompt("letter", {}, () => ({ messages: [] }));
        made.server.setRequestHandler("prompts/list", () => {
          throw new Error("out of ink");
        });
      }
      return made;
    },
  });
  return listenOnPort(createMcpEndpoint(server), { port: 0, host: "127.0.0.1" });
}
