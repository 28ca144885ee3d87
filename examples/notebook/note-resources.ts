import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
import { type NoteBook, noteUri, toMarkdown } from "./note-book.ts";

const MARKDOWN = "text/markdown";

/** Each note as a resource that people can pick in their client. */
export function addNoteResources(server: McpServer, notes: NoteBook): void {
  const template = new ResourceTemplate("note://{id}", {
    async list() {
      const all = await notes.list();
      return {
        resources: all.map(({ id, title, createdAt }) => ({
          uri: noteUri(id),
          name: id,
          title,
          mimeType: MARKDOWN,
          annotations: { lastModified: createdAt },
        })),
      };
    },
    complete: {
      async id(beginning) {
        const all = await notes.list();
        return all.map(({ id }) => id).filter((id) => id.startsWith(beginning));
      },
    },
  });

  server.registerResource(
    "note",
    template,
    { title: "Note", description: "One note, in Markdown", mimeType: MARKDOWN },
    async ({ href: uri }, { id }) => {
      const note = await notes.get(String(id));
      if (!note) throw new ResourceNotFoundError(uri);
      return { contents: [{ uri, mimeType: MARKDOWN, text: toMarkdown(note) }] };
    },
  );
}
