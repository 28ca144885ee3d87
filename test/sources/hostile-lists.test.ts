import { expect, test, vi } from "vitest";
import type { HttpHandler } from "../../src/adapter.ts";
import { gateway, remote } from "../../src/sources/sources.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";
import { ADDRESS, createCrm, DISCOVERED, fetchOf, gatewayOf, instancesOf } from "./upstreams.ts";

const schema = { type: "object" };
/** Items that official clients refuse, and the whole list with them. */
const MALFORMED = {
  tools: [
    { description: null },
    { title: 7 },
    { annotations: { readOnlyHint: "yes" } },
    { outputSchema: null },
    { icons: "x" },
    { _meta: 5 },
    { inputSchema: { type: "array" } },
    { inputSchema: { ...schema, required: "a" } },
    { inputSchema: { ...schema, properties: [] } },
    { execution: { taskSupport: "sometimes" } },
  ],
  prompts: [{ description: null }, { arguments: [{ description: "unnamed" }] }, { arguments: {} }],
  resources: [{ name: undefined }, { size: "big" }, { annotations: { priority: 5 } }, { mimeType: null }],
};

test("an upstream that lies costs only what it lies about", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const tool = (name: unknown) => ({ name, inputSchema: { type: "object" } });
  const lies = [
    tool("a"),
    tool("a"),
    tool(7),
    { name: "no schema" },
    null,
    ...Array.from({ length: 50 }, (_, n) => tool(`t${n}`)),
  ];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method } = JSON.parse(String(init?.body));
    const result =
      method === "server/discover" ? DISCOVERED : method === "tools/list" ? { tools: lies, nextCursor: "again" } : {};
    return Response.json({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } });
  };
  const source = gateway({ crm: remote(ADDRESS, { fetch: fetch as never, maxItems: 10 }) });
  const [handler] = instancesOf(source, 1) as [HttpHandler];
  const client = await connectTo(handler, "2026-07-28");
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["crm_a", ...Array.from({ length: 9 }, (_, n) => `crm_t${n}`)]);
  vi.restoreAllMocks();
});

test.each(ERAS)("malformed items of one upstream cost no other item of a list, for a client of %s", async (era) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const well = { tools: { inputSchema: schema }, prompts: {}, resources: { uri: "crm://0", name: "well" } };
  const listOf = (kind: keyof typeof MALFORMED): object[] =>
    [{}, ...MALFORMED[kind]].map((fault, n) => ({ name: `item${n}`, ...well[kind], uri: `crm://${n}`, ...fault }));
  const fetch = fetchOf((method) => {
    const kind = method.replace("/list", "") as keyof typeof MALFORMED;
    return method.endsWith("/list") && kind in MALFORMED ? { [kind]: listOf(kind) } : undefined;
  });
  const [handler] = instancesOf(gateway({ crm: remote(ADDRESS, { fetch }), notes: createCrm }), 1) as [HttpHandler];
  const client = await connectTo(handler, era);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["crm_item0", "notes_find", "notes_boom", "notes_ask", "notes_change"]);
  const { prompts } = await client.listPrompts();
  expect(prompts.map(({ name }) => name)).toEqual(["crm_item0"]);
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual(["crm+crm://0", "notes+crm://1"]);
  vi.restoreAllMocks();
});

test("pages that lead round in a circle are read once", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const next: Readonly<Record<string, string>> = { first: "a", a: "b", b: "a" };
  let pages = 0;
  const fetch = fetchOf((method, { params }) => {
    if (method !== "tools/list") return undefined;
    pages++;
    const cursor = String(params?.cursor ?? "first");
    return { tools: [{ name: `on-${cursor}`, inputSchema: schema }], nextCursor: next[cursor] };
  });
  const [handler] = instancesOf(gatewayOf(fetch), 1) as [HttpHandler];
  const { tools } = await (await connectTo(handler, "2026-07-28")).listTools();
  expect(tools.map(({ name }) => name)).toEqual(["crm_on-first", "crm_on-a", "crm_on-b"]);
  expect(pages).toBe(3);
  vi.restoreAllMocks();
});

test("a list has as many bytes as its limit says, in whatever language", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const fetch = fetchOf((method, { params }) => {
    if (method !== "tools/list") return undefined;
    const page = Number(params?.cursor ?? 0);
    return {
      tools: [{ name: `t${page}`, description: "説".repeat(1_400), inputSchema: schema }],
      nextCursor: String(page + 1),
    };
  });
  const [handler] = instancesOf(gatewayOf(fetch, { maxBytes: 9_000 }), 1) as [HttpHandler];
  const { tools } = await (await connectTo(handler, "2026-07-28")).listTools();
  expect(tools.map(({ name }) => name)).toEqual(["crm_t0", "crm_t1"]);
  vi.restoreAllMocks();
});

test.each(ERAS)("a huge list of one upstream costs no other, for a client of %s", async (era) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const values = Array.from({ length: 10_000 }, (_, n) => `value ${n}`);
  const inputSchema = { type: "object", properties: { a: { enum: values } } };
  const tools = Array.from({ length: 25 }, (_, n) => ({ name: `t${n}`, inputSchema }));
  const fetch = fetchOf((method) => (method === "tools/list" ? { tools } : undefined));
  const sources = { crm: remote(ADDRESS, { fetch }), notes: createCrm };
  const [handler, searched] = [gateway(sources), gateway(sources, { search: {} })].flatMap((source) =>
    instancesOf(source, 1),
  ) as [HttpHandler, HttpHandler];
  const listed = await (await connectTo(handler, era)).listTools();
  expect(listed.tools.map(({ name }) => name)).toEqual(["notes_find", "notes_boom", "notes_ask", "notes_change"]);
  // A search reads all of them, and sends few.
  const client = await connectTo(searched, era);
  for (const [query, name] of [
    ["find", "notes_find"],
    ["t7", "crm_t7"],
  ])
    expect(JSON.parse(await callText(client, "find_tools", { query }))).toMatchObject([{ name }]);
  vi.restoreAllMocks();
});

test("a tool with a huge schema is found without it, and those beside it with theirs", async () => {
  const values = Array.from({ length: 10_000 }, (_, n) => `value ${n}`);
  const huge = { type: "object", properties: { a: { enum: values } } };
  const fetch = fetchOf((method) =>
    method === "tools/list"
      ? {
          tools: [
            { name: "send", inputSchema: huge },
            { name: "send_note", inputSchema: schema },
          ],
        }
      : undefined,
  );
  const [handler] = instancesOf(gateway({ crm: remote(ADDRESS, { fetch }) }, { search: {} }), 1) as [HttpHandler];
  const found: object[] = JSON.parse(
    await callText(await connectTo(handler, "2026-07-28"), "find_tools", { query: "send" }),
  );
  expect(found).toContainEqual({ name: "crm_send_note", inputSchema: schema });
  expect(found).toContainEqual({ name: "crm_send", description: expect.stringContaining("too large") });
});
