import { McpServer } from "@modelcontextprotocol/server";
import { defineServer, type FactoryContext, type ServerDefinition } from "mcp-anycloud";
import { addDeleteTool } from "./delete-note.ts";
import { addExportTool } from "./export-notes.ts";
import { addNoteResources } from "./note-resources.ts";
import { addNoteTools } from "./note-tools.ts";
import { createSharedNoteBook } from "./shared-note-book.ts";
import { addSummaryPrompt } from "./summarize-notes.ts";

/** Lists are the same for every caller and change only with a new version, so clients may cache them for a while. */
const LISTING = { ttlMs: 300_000, cacheScope: "public" } as const;

function createServer({ handles, once, notify, requestState }: FactoryContext): McpServer {
  const server = new McpServer(
    { name: "notebook", title: "Notebook", version: "1.0.0" },
    {
      instructions:
        "Keeps short notes for the user. Search before you add, so that no note is written twice. Each note is also a resource, note://{id}.",
      cacheHints: {
        "server/discover": LISTING,
        "tools/list": LISTING,
        "prompts/list": LISTING,
        "resources/templates/list": LISTING,
      },
      requestState,
    },
  );
  const notes = createSharedNoteBook({ handles, once });
  addNoteTools(server, notes, notify);
  addDeleteTool(server, notes, { notify, requestState });
  addExportTool(server, notes);
  addNoteResources(server, notes);
  addSummaryPrompt(server, notes);
  return server;
}

const notebook: ServerDefinition = defineServer({
  createServer,
  // Who deleted which note may stand in the audit trail; what is in notes may not.
  tools: { delete_note: { auditFields: ["id", "confirm"] } },
});
export default notebook;
