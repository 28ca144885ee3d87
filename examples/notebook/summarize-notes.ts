import type { McpServer, PromptMessage } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { type NoteBook, noteUri, toMarkdown } from "./note-book.ts";

const about = z.object({
  about: z.string().max(200).optional().describe("Words that the notes must contain; leave out for all notes"),
});

/** Notes one prompt carries: more would crowd out the conversation. */
const MAX_NOTES = 50;

const fromUser = (content: PromptMessage["content"]): PromptMessage => ({ role: "user", content });
const say = (text: string): PromptMessage => fromUser({ type: "text", text });

/** A prompt that people choose in their client: it brings the notes along. */
export function addSummaryPrompt(server: McpServer, notes: NoteBook): void {
  server.registerPrompt(
    "summarize_notes",
    { title: "Summarize my notes", description: "Sums up all notes, or those about a topic.", argsSchema: about },
    async ({ about: words = "" }) => {
      const topic = words.trim();
      const chosen = (await notes.search(topic)).slice(0, MAX_NOTES);
      const which = topic ? `notes about ${topic}` : "notes";
      if (chosen.length === 0) return { messages: [say(`Tell me that there are no ${which}.`)] };
      const attachments = chosen.map((note) =>
        fromUser({
          type: "resource",
          resource: { uri: noteUri(note.id), mimeType: "text/markdown", text: toMarkdown(note) },
        }),
      );
      const task = `Summarize my ${which} in a few sentences, then list what I still have to do.`;
      return { messages: [...attachments, say(task)] };
    },
  );
}
