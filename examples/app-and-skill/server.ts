import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { McpServer } from "@modelcontextprotocol/server";
import { loadSkills } from "@modelcontextprotocol/server/ext/skills/node";
import { defineServer, type ServerDefinition } from "mcp-anycloud";
import * as z from "zod/v4";

/**
 * A tool whose result is shown by an MCP App (a page in the client), and a Skill, which are instructions for the model with
 * files beside them. Both are assets of this folder's `package.json`.
 */

const PALETTE_URI = "ui://brand/palette.html";
/** Media type of MCP Apps (SEP-1865). */
const APP_TYPE = "text/html;profile=mcp-app";

// Files do not change while an instance lives, so they are read once, not for each request.
const palette = readFileSync(new URL("./palette.html", import.meta.url), "utf8");
const skills = await loadSkills(fileURLToPath(new URL("./skills", import.meta.url)), { strict: true });

const colors = z.object({ colors: z.array(z.object({ name: z.string(), hex: z.string() })) });
const COLORS: z.infer<typeof colors> = {
  colors: [
    { name: "Ink", hex: "#1b1f3b" },
    { name: "Coral", hex: "#ff6b5e" },
    { name: "Sand", hex: "#f3e9dc" },
  ],
};

function createServer(): McpServer {
  const server = new McpServer({ name: "brand", version: "1.0.0" });
  server.registerTool(
    "show_palette",
    {
      description: "Shows the colours of the brand",
      outputSchema: colors,
      _meta: { ui: { resourceUri: PALETTE_URI } },
    },
    async () => ({ content: [{ type: "text", text: JSON.stringify(COLORS) }], structuredContent: COLORS }),
  );
  server.registerResource("palette", PALETTE_URI, { title: "Palette", mimeType: APP_TYPE }, async () => ({
    contents: [{ uri: PALETTE_URI, mimeType: APP_TYPE, text: palette }],
  }));
  skills.attach(server);
  return server;
}

const brand: ServerDefinition = defineServer({ createServer });
export default brand;
