import type { McpServer, ServerNotifier } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { type Note, type NoteBook, noteUri } from "./note-book.ts";

// Schemas live at module level: the SDK turns each into JSON Schema once for the process, not once for every request.
const draft = z.object({
  title: z.string().trim().min(1, "A note needs a title.").max(120, "Keep the title under 120 characters."),
  text: z.string().max(10_000, "Keep a note under 10,000 characters; split it in several.").describe("Markdown"),
});
const added = z.object({ id: z.string(), uri: z.string() });
const query = z.object({
  query: z.string().trim().max(200).default("").describe("Words that the notes must contain; leave out for all notes"),
  limit: z.int().min(1).max(50).default(10).describe("How many notes to return at most"),
});
const found = z.object({
  notes: z.array(z.object({ id: z.string(), title: z.string(), excerpt: z.string(), createdAt: z.string() })),
  total: z.int().min(0).describe("How many notes match; more than returned if the limit was reached"),
});

/** Characters of a note that a search result shows. */
const EXCERPT_LENGTH = 200;

/** The tools that write notes and find them again. */
export function addNoteTools(server: McpServer, notes: NoteBook, notify: ServerNotifier): void {
  server.registerTool(
    "add_note",
    {
      title: "Add a note",
      description: "Writes a new note and returns its id.",
      inputSchema: draft,
      outputSchema: added,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    async (input) => {
      const { id, title } = await notes.add(input);
      notify.resourcesChanged();
      return {
        content: [{ type: "text", text: `Added "${title}" as ${noteUri(id)}.` }],
        structuredContent: { id, uri: noteUri(id) },
      };
    },
  );

  server.registerTool(
    "search_notes",
    {
      title: "Search notes",
      description:
        "Finds notes by the words they contain, the newest first. Read a whole note as the resource note://{id}.",
      inputSchema: query,
      outputSchema: found,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ query: words, limit }) => {
      const matches = await notes.search(words);
      const shown = matches.slice(0, limit).map(toHit);
      const lines = shown.map(({ id, title, excerpt }) => `- ${noteUri(id)} ${title}: ${excerpt}`);
      return {
        content: [{ type: "text", text: [`Matching notes: ${matches.length}.`, ...lines].join("\n") }],
        structuredContent: { notes: shown, total: matches.length },
      };
    },
  );
}

function toHit({ id, title, text, createdAt }: Note): z.infer<typeof found>["notes"][number] {
  const excerpt = text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
  return { id, title, excerpt, createdAt };
}
