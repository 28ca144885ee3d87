import { setTimeout as sleep } from "node:timers/promises";
import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import { type NoteBook, toMarkdown } from "./note-book.ts";

/** Steps an export is made in, whatever the number of notes. */
const STEPS = 10;
/** Putting text together takes no time; the pause in milliseconds stands for what a real export waits for. */
const STEP_MS = 150;

/** The tool that takes its time and tells how far it is. */
export function addExportTool(server: McpServer, notes: NoteBook): void {
  server.registerTool(
    "export_notes",
    {
      title: "Export all notes",
      description: "Returns all notes as one Markdown document. Takes a second or two and reports progress.",
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async (context) => {
      const all = await notes.list();
      const size = Math.max(1, Math.ceil(all.length / STEPS));
      const chapters: string[] = [];
      while (chapters.length < all.length) {
        // The signal fires when the client goes away: nobody waits for the rest.
        await sleep(STEP_MS, undefined, { signal: context.mcpReq.signal });
        chapters.push(...all.slice(chapters.length, chapters.length + size).map(toMarkdown));
        await reportProgress(context, chapters.length, all.length);
      }
      const text = chapters.join("\n---\n\n");
      return {
        content: [
          { type: "text", text: `Notes exported: ${all.length}.` },
          { type: "resource", resource: { uri: "notebook://export.md", mimeType: "text/markdown", text } },
        ],
      };
    },
  );
}

/** Tells the client how far the work is, if it asked to be told. */
async function reportProgress({ mcpReq }: ServerContext, progress: number, total: number): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  const message = `${progress} of ${total} notes`;
  await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total, message } });
}
