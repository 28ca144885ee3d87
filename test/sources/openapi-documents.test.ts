import { afterEach, expect, test, vi } from "vitest";
import { createMcpEndpoint } from "../../src/index.ts";
import { type OpenApiOptions, openapi } from "../../src/sources/sources.ts";
import { connectTo } from "./source-client.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

type Fields = Readonly<Record<string, unknown>>;
const ok = { responses: { 200: { description: "ok" } } };
const json = (schema: unknown): Fields => ({ description: "ok", content: { "application/json": { schema } } });
const documentOf = (paths: Fields, more: Fields = {}): object => ({
  ...{ openapi: "3.1.0", info: { title: "Odd", version: "1" }, servers: [{ url: "https://api.example/v1" }], paths },
  ...more,
});

/** A client of the tools of a document, what the API was sent, and what was told of operations that are no tools. */
async function connectApi(document: object, options: OpenApiOptions = {}, answer = (): Response => Response.json({})) {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  const sent: string[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { method, url } = new Request(input, init);
    sent.push(`${method} ${url}`);
    return answer();
  };
  const handler = createMcpEndpoint(openapi(document, { fetch, ...options }), { logLevel: "silent", audit: "off" });
  const client = await connectTo(handler, "2026-07-28");
  const { tools } = await client.listTools();
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: args });
    return { ...result, text: (result.content as { text?: string }[]).map(({ text }) => text).join("|") };
  };
  return { tools, call, sent, told: told.mock.calls.map(([line]) => String(line).replace("openapi(Odd): ", "")) };
}

const account = {
  type: "object",
  properties: {
    id: { type: "string", readOnly: true },
    name: { type: "string" },
    password: { $ref: "#/components/schemas/Secret" },
  },
  required: ["id", "name", "password"],
};
const components = { schemas: { Account: account, Secret: { type: "string", writeOnly: true } } };

test("requests are not asked for what is only read, and answers do not promise what is only written", async () => {
  const $ref = "#/components/schemas/Account";
  const post = { operationId: "create", requestBody: json({ $ref }), responses: { 201: json({ $ref }) } };
  const document = documentOf({ "/accounts": { post } }, { components });
  const { tools, call } = await connectApi(document, {}, () =>
    Response.json({ id: "1", name: "Ada" }, { status: 201 }),
  );
  const [tool] = tools;
  expect(tool?.inputSchema.$defs).toMatchObject({ Account: { required: ["name", "password"] } });
  expect(JSON.stringify(tool?.inputSchema)).not.toContain('"id"');
  expect(tool?.outputSchema).toMatchObject({ required: ["id", "name"] });
  // The client holds the answer to the schema.
  expect((await call("create")).structuredContent).toEqual({ id: "1", name: "Ada" });
});

test("an output schema is promised only where every success has it", async () => {
  const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
  const document = documentOf({
    "/one": { put: { operationId: "one", responses: { 200: json(schema), 204: { description: "nothing" } } } },
    "/two": { put: { operationId: "two", responses: { 200: json(schema), 404: json({ type: "object" }) } } },
  });
  const { tools, call } = await connectApi(document, {}, () => new Response(null, { status: 204 }));
  expect(tools.map(({ outputSchema }) => outputSchema !== undefined)).toEqual([false, true]);
  expect(await call("one")).toMatchObject({ text: "Done (204)." });
  expect(await call("two")).toMatchObject({ isError: true, text: "The API answered with 204 and no JSON object:" });
});

test("what stands beside a reference counts from 3.1 on, and two references have two definitions", async () => {
  const pieces = { "a b": { type: "string" }, a_b: { type: "integer" } };
  const properties = { x: { $ref: "#/x-pieces/a%20b", description: "Beside" }, y: { $ref: "#/x-pieces/a_b" } };
  const post = { operationId: "send", requestBody: json({ type: "object", properties }), ...ok };
  const { tools } = await connectApi(documentOf({ "/": { post } }, { "x-pieces": pieces }));
  const { inputSchema } = tools[0] as (typeof tools)[number];
  const { body } = inputSchema.properties as unknown as { body: { properties: Record<string, Fields> } };
  expect(body.properties.x?.description).toBe("Beside");
  const definitions = inputSchema.$defs as Record<string, Fields>;
  const typeOf = ({ $ref }: Fields = {}): unknown => definitions[String($ref).replace("#/$defs/", "")]?.type;
  expect([typeOf(body.properties.x), typeOf(body.properties.y)]).toEqual(["string", "integer"]);
});

test("operations that would go to another server, or cannot be sent, are told", async () => {
  const upload = { operationId: "upload", servers: [{ url: "https://upload.example" }], ...ok };
  const { tools, told } = await connectApi(
    documentOf({
      "/": { get: { operationId: "list", requestBody: json({}), ...ok }, post: upload, trace: ok },
      "/search": { get: { operationId: "search", requestBody: { ...json({}), required: true }, ...ok } },
      "/same": { servers: [{ url: "https://api.example/v1" }], get: { operationId: "same", ...ok } },
    }),
  );
  expect(tools.map(({ name }) => name)).toEqual(["list", "same"]);
  expect(told).toEqual([
    "POST / is no tool: it has a server of its own, https://upload.example",
    "TRACE / is no tool: its method is TRACE",
    "GET /search is no tool: its GET needs a body",
  ]);
});

test("OpenAPI 3.2: further methods are tools, and a query that is one parameter is none", async () => {
  const querystring = [{ in: "querystring", name: "q", content: { "text/plain": {} } }];
  const { tools, call, sent, told } = await connectApi(
    documentOf(
      {
        "/items": {
          query: { operationId: "find", ...ok },
          additionalOperations: { COPY: { operationId: "copy", ...ok } },
        },
        "/raw": { get: { operationId: "raw", parameters: querystring, ...ok } },
      },
      { openapi: "3.2.0" },
    ),
  );
  expect(tools.map(({ name }) => name)).toEqual(["find", "copy"]);
  expect(told).toEqual(["GET /raw is no tool: its query is one parameter"]);
  await call("copy");
  expect(sent).toEqual(["COPY https://api.example/v1/items"]);
});

test("names in any alphabet are names that clients take, and every argument has its own", async () => {
  const parameters = ["a b", "a+b", "a/b", "query_a_b", "x".repeat(80)].map((name) => ({ in: "query", name }));
  const document = documentOf({ "/wetter": { get: { operationId: "天気", parameters, ...ok } } });
  const { tools, call, sent } = await connectApi(document);
  expect(tools.map(({ name }) => name)).toEqual(["get_wetter"]);
  const names = Object.keys(tools[0]?.inputSchema.properties ?? {});
  expect(names).toHaveLength(5);
  for (const name of names) expect(name).toMatch(/^[\w.-]{1,64}$/);
  await call("get_wetter", Object.fromEntries(names.map((name, index) => [name, index])));
  const { searchParams } = new URL(String(sent[0]?.slice(4)));
  expect(parameters.map(({ name }) => searchParams.get(name))).toEqual(["0", "1", "2", "3", "4"]);
});

test("the address of a server has the defaults of its variables", async () => {
  const servers = [
    { url: "https://{region}.api.example/{base}", variables: { region: { default: "eu" }, base: { default: "v2" } } },
  ];
  const { call, sent } = await connectApi(documentOf({ "/a": { get: { operationId: "a", ...ok } } }, { servers }));
  await call("a");
  expect(sent).toEqual(["GET https://eu.api.example/v2/a"]);
  const bare = documentOf(
    { "/a": { get: { operationId: "a", ...ok } } },
    { servers: [{ url: "https://{region}.example" }] },
  );
  expect(() => openapi(bare)).toThrow("needs an https address");
});

test("the key of the deployment is no argument, and no caller is told it", async () => {
  vi.stubEnv("API_KEY", 'of "the" deployment');
  const key = 'of "the" deployment';
  const parameters = [
    { in: "query", name: "key", required: true },
    { in: "query", name: "page" },
  ];
  const link = `<https://api.example/v1/a?page=2&key=${encodeURIComponent(key)}>; rel="next"`;
  const { tools, call, sent } = await connectApi(
    documentOf({ "/a": { get: { operationId: "a", parameters, ...ok } } }),
    { apiKey: { in: "query", name: "key", variable: "API_KEY" } },
    () => Response.json({ asked: key, url: encodeURIComponent(key) }, { headers: { link } }),
  );
  expect(Object.keys(tools[0]?.inputSchema.properties ?? {})).toEqual(["page"]);
  const { text } = await call("a");
  expect(sent[0]).toContain("key=of");
  expect(text).toContain("[secret]");
  expect(text).toContain('call a with {"page":"2"}');
  expect(text).not.toContain("deployment");
});

const circular: Record<string, unknown> = { type: "object", properties: {} };
circular.properties = { self: circular };
const withBody = (schema: unknown): object => documentOf({ "/": { post: { requestBody: json(schema), ...ok } } });

test.each<[object, OpenApiOptions, string]>([
  [withBody(circular), {}, "has a schema that holds itself"],
  [withBody({ $ref: "#/%zz" }), {}, "which leads nowhere"],
  [documentOf({ "/": { get: ok } }), { maxBytes: Number.NaN }, "has a maxBytes that is not from"],
  [documentOf({ "/": { get: ok } }), { apiKey: { in: "cookie" as never, name: "k", variable: "K" } }, "neither"],
  [
    documentOf({ "/": { get: ok } }),
    { apiKey: { in: "header", name: "k", variable: "NO_KEY" } },
    "in the variable NO_KEY",
  ],
])("is refused with one sentence: %#", (document, options, sentence) => {
  expect(() => openapi(document, options)).toThrow(sentence);
});

test.each([
  [new Uint8Array([99, 97, 102, 233]), "text/plain; charset=ISO-8859-1", "café"],
  [new TextEncoder().encode("café"), "text/plain; charset=of-our-own", "café"],
  [new TextEncoder().encode('\ufeff{"a":1}'), "application/json", '{"a":1}'],
])("the text of an answer is read as its type says: %#", async (bytes, type, expected) => {
  const document = documentOf({ "/": { get: { operationId: "read", ...ok } } });
  const { call } = await connectApi(document, {}, () => new Response(bytes, { headers: { "content-type": type } }));
  expect(await call("read")).toMatchObject({ text: expected });
});
