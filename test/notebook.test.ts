import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, test } from "vitest";
import notebook from "../examples/notebook/server.ts";
import { createMcpEndpoint, createMemoryStore, type Fetch, toFetch } from "../src/index.ts";
import { modernCall } from "./support/messages.ts";

const SETTINGS = { logLevel: "silent", stateKeys: [{ id: "test", secret: new Uint8Array(32) }] } as const;

/** A notebook of three instances that take turns. */
function createInstancePool(): Fetch {
  const store = createMemoryStore();
  const instances = [1, 2, 3].map(() => toFetch(createMcpEndpoint(notebook, { ...SETTINGS, store })));
  let turn = 0;
  return (request, invocation) => {
    const serve = instances[turn++ % instances.length] as Fetch;
    return serve(request, invocation);
  };
}

const instances = createInstancePool();
const open: Client[] = [];
afterEach(() => Promise.all(open.splice(0).map((client) => client.close())));

type Era = "2025-11-25" | "2026-07-28";
type Answer = "yes" | "no" | "decline";

/** A client of one era; one that `answers` shows forms to its user. */
async function connect(era: Era, answers?: Answer, serve: Fetch = instances): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1.0.0" },
    {
      capabilities: answers ? { elicitation: { form: {} } } : {},
      versionNegotiation: { mode: era === "2025-11-25" ? "legacy" : { pin: era } },
    },
  );
  if (answers) {
    client.setRequestHandler("elicitation/create", () =>
      answers === "decline" ? { action: "decline" } : { action: "accept", content: { confirm: answers === "yes" } },
    );
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      fetch: (url, init) => serve(new Request(url, init)),
    }),
  );
  open.push(client);
  return client;
}

interface Outcome {
  readonly text: string;
  readonly isError: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Outcome> {
  const { content, isError = false, structuredContent } = await client.callTool({ name, arguments: args });
  const text = content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
  return { text, isError, data: (structuredContent ?? {}) as Record<string, unknown> };
}

let written = 0;
/** Writes a note that no other test knows of. */
async function writeNote(client: Client, text = "Buy milk and bread."): Promise<{ id: string; title: string }> {
  const title = `Note number-${++written}`;
  const { data } = await call(client, "add_note", { title, text });
  return { id: String(data.id), title };
}

describe.each<Era>(["2025-11-25", "2026-07-28"])("a client of %s", (era) => {
  test("writes a note and finds it by its words", async () => {
    const client = await connect(era);
    const { id, title } = await writeNote(client, `Call the plumber. ${"x".repeat(300)}`);
    const { data, text } = await call(client, "search_notes", { query: `PLUMBER number-${written}` });
    expect(data).toMatchObject({ total: 1, notes: [{ id, title }] });
    expect(text).toContain(`note://${id} ${title}: Call the plumber.`);
    expect(text.length).toBeLessThan(400);
  });

  test("lists, completes and reads notes as resources", async () => {
    const client = await connect(era);
    const { id, title } = await writeNote(client);
    const uri = `note://${id}`;
    const { resources } = await client.listResources();
    expect(resources).toContainEqual(expect.objectContaining({ uri, title, mimeType: "text/markdown" }));
    const { completion } = await client.complete({
      ref: { type: "ref/resource", uri: "note://{id}" },
      argument: { name: "id", value: id.slice(0, 6) },
    });
    expect(completion.values).toContain(id);
    const { contents } = await client.readResource({ uri });
    expect(contents).toEqual([{ uri, mimeType: "text/markdown", text: `# ${title}\n\nBuy milk and bread.\n` }]);
    await expect(client.readResource({ uri: "note://none" })).rejects.toMatchObject({ code: -32602 });
  });

  test("exports all notes and hears how far the work is", async () => {
    const client = await connect(era);
    const { title } = await writeNote(client);
    const heard: number[] = [];
    const { content } = await client.callTool(
      { name: "export_notes", arguments: {} },
      { onprogress: ({ progress, total }) => heard.push(progress / (total ?? 0)) },
    );
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(heard.at(-1)).toBe(1);
    const resource = expect.objectContaining({
      mimeType: "text/markdown",
      text: expect.stringContaining(`# ${title}\n`),
    });
    expect(content).toContainEqual({ type: "resource", resource });
  });

  test("gets a prompt with the notes about a topic in it", async () => {
    const client = await connect(era);
    const { id } = await writeNote(client, "Sailing trip in May");
    const { messages } = await client.getPrompt({ name: "summarize_notes", arguments: { about: `number-${written}` } });
    expect(messages).toHaveLength(2);
    expect(messages[0]?.content).toMatchObject({ type: "resource", resource: { uri: `note://${id}` } });
    expect(messages[1]?.content).toMatchObject({ text: expect.stringContaining(`about number-${written}`) });
    const none = await client.getPrompt({ name: "summarize_notes", arguments: { about: "nothing-like-it" } });
    expect(JSON.stringify(none.messages)).toContain("no notes about nothing-like-it");
  });

  test("that cannot ask its user is told how to delete a note all the same", async () => {
    const client = await connect(era);
    const { id } = await writeNote(client);
    const refused = await call(client, "delete_note", { id });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain("call delete_note again with confirm: true");
    expect(await call(client, "delete_note", { id, confirm: true })).toMatchObject({ data: { id, deleted: true } });
    expect(await call(client, "delete_note", { id, confirm: true })).toMatchObject({ isError: true });
  });
});

describe.each<Era>(["2025-11-25", "2026-07-28"])("a client of %s that can ask its user", (era) => {
  test("deletes a note if the user agrees", async () => {
    const client = await connect(era, "yes");
    const { id } = await writeNote(client);
    expect(await call(client, "delete_note", { id })).toMatchObject({ isError: false, data: { id, deleted: true } });
    expect(await call(client, "search_notes", { query: `number-${written}` })).toMatchObject({ data: { total: 0 } });
  });

  test.each<Answer>(["no", "decline"])("keeps the note on the answer %s, whatever the model claims", async (answer) => {
    const client = await connect(era, answer);
    const { id, title } = await writeNote(client);
    const kept = await call(client, "delete_note", { id, confirm: true });
    expect(kept).toMatchObject({ isError: false, data: { id, deleted: false } });
    expect(kept.text).toContain(`Kept "${title}"`);
    expect(await call(client, "search_notes", { query: `number-${written}` })).toMatchObject({ data: { total: 1 } });
  });
});

test("an answer to a question that was not asked deletes nothing", async () => {
  const client = await connect("2026-07-28");
  const { id } = await writeNote(client);
  const [message, options] = modernCall("tools/call", {
    name: "delete_note",
    arguments: { id },
    inputResponses: { consent: { action: "accept", content: { confirm: true } } },
  });
  const { params } = message as { params: { _meta: Record<string, unknown> } };
  params._meta["io.modelcontextprotocol/clientCapabilities"] = { elicitation: { form: {} } };
  const headers = { "content-type": "application/json", ...options.headers };
  const request = new Request("http://localhost/mcp", { method: "POST", headers, body: JSON.stringify(message) });
  expect(await (await instances(request)).json()).toMatchObject({ result: { resultType: "input_required" } });
  expect(await call(client, "search_notes", { query: `number-${written}` })).toMatchObject({ data: { total: 1 } });
});

test("twenty notes that are written at the same time, by clients of both eras, are all there", async () => {
  const clients = await Promise.all((["2025-11-25", "2026-07-28"] as const).map((era) => connect(era)));
  const notes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => writeNote(clients[i % 2] as Client, "Together")),
  );
  expect(new Set(notes.map(({ id }) => id)).size).toBe(20);
  const [client] = clients as [Client, ...Client[]];
  expect(await call(client, "search_notes", { query: "together" })).toMatchObject({ data: { total: 20 } });
});

test("without a store the notebook says what it needs", async () => {
  const client = await connect("2026-07-28", undefined, toFetch(createMcpEndpoint(notebook, SETTINGS)));
  const { isError, text } = await call(client, "add_note", { title: "A", text: "B" });
  expect(isError).toBe(true);
  expect(text).toContain("set MCP_ANYCLOUD_TABLE, or give the endpoint a store");
});

describe("limits", () => {
  test.each([
    [{ title: "  ", text: "" }, "A note needs a title."],
    [{ title: "x".repeat(121), text: "" }, "Keep the title under 120 characters."],
    [{ title: "x", text: "x".repeat(10_001) }, "Keep a note under 10,000 characters"],
  ])("are explained (%#)", async (note, message) => {
    const { isError, text } = await call(await connect("2026-07-28"), "add_note", note);
    expect(isError).toBe(true);
    expect(text).toContain(message);
  });
});
