import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { FactoryContext } from "mcp-anycloud";
import * as z from "zod/v4";
import type { Note, NoteBook } from "./note-book.ts";

const input = z.object({
  id: z.string().describe("Id of the note, as search_notes returns it"),
  confirm: z
    .boolean()
    .default(false)
    .describe("Only for clients that cannot ask the user: true once the user has agreed to delete this very note"),
});
const output = z.object({ id: z.string(), deleted: z.boolean() });
const confirmation = z.object({
  confirm: z.boolean().meta({ title: "Delete it", description: "A deleted note cannot be brought back." }),
});
/** The capability of clients that show forms. No mode at all means forms, too (MCP, Elicitation, Capabilities). */
const formsCapability = z.object({
  elicitation: z.union([z.object({ form: z.object({}) }), z.object({ url: z.never().optional() })]),
});

type Asking = Pick<FactoryContext, "notify" | "requestState">;

/**
 * The tool that asks before it acts. The question is written once: 2026-07-28 clients get it as an `input_required`
 * result and call again with the answer, on whatever instance; 2025 clients with a session get it as an elicitation.
 */
export function addDeleteTool(server: McpServer, notes: NoteBook, { notify, requestState }: Asking): void {
  server.registerTool(
    "delete_note",
    {
      title: "Delete a note",
      description: "Deletes a note for good, after the user has agreed.",
      inputSchema: input,
      outputSchema: output,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ id, confirm }, context) => {
      const note = await notes.get(id);
      if (!note) throw new Error(`There is no note ${id}: find its id with search_notes.`);
      const asks = canAsk(server, context);
      const consent = asks ? consentOf(context, note) : confirm || undefined;
      if (consent === undefined && asks) return askAbout(note, await requestState.mint(note.id));
      if (consent === undefined) {
        throw new Error(
          `This client cannot ask the user. Ask whether "${note.title}" may be deleted, then call delete_note again with confirm: true.`,
        );
      }
      const deleted = consent && (await notes.delete(id));
      if (deleted) notify.resourcesChanged();
      const text = deleted ? `Deleted "${note.title}".` : `Kept "${note.title}": the user did not agree.`;
      return { content: [{ type: "text", text }], structuredContent: { id, deleted } };
    },
  );
}

function askAbout({ title }: Note, requestState: string): InputRequiredResult {
  const message = `Delete the note "${title}"?`;
  return inputRequired({
    inputRequests: { consent: inputRequired.elicit({ message, requestedSchema: confirmation }) },
    requestState,
  });
}

/** The user's answer; undefined as long as there is none. Declining the question is a no. */
function consentOf({ mcpReq }: ServerContext, { id }: Note): boolean | undefined {
  // Sealed with the question, it comes back once, from the same caller: an answer without it was to no question of ours.
  if (mcpReq.requestState<string>() !== id) return undefined;
  const answer = inputResponse(mcpReq.inputResponses, "consent");
  if (answer.kind !== "elicit") return undefined;
  return acceptedContent(mcpReq.inputResponses, "consent", confirmation)?.confirm ?? false;
}

/** Whether the client shows forms to its user, as it said in this request (2026-07-28) or when its session began (2025). */
function canAsk(server: McpServer, { mcpReq }: ServerContext): boolean {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  return formsCapability.safeParse(envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities())
    .success;
}
