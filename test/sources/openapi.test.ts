import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import SwaggerParser from "@apidevtools/swagger-parser";
import { fromJsonSchema } from "@modelcontextprotocol/server";
import { afterEach, expect, test, vi } from "vitest";
import { createMcpEndpoint } from "../../src/index.ts";
import { type OpenApiOptions, openapi } from "../../src/sources/sources.ts";
import { callText, connectTo, ERAS } from "./source-client.ts";

const FOLDER = fileURLToPath(new URL("./openapi/", import.meta.url));
const DOCUMENTS = readdirSync(FOLDER).map((file) => file.replace(".json", ""));
const fileOf = (name: string): string => `${FOLDER}${name}.json`;

/** Operations of the documents that are no tools. */
const SKIPPED: Readonly<Record<string, readonly string[]>> = {
  files: [
    "POST /files is no tool: its body is multipart/form-data",
    "GET /broken/{lost} is no tool: its path needs lost, which is no parameter",
    "GET /matrix/{m} is no tool: its parameter m is written in the style matrix",
  ],
  search: ["TRACE /search is no tool: its method is TRACE"],
  tenants: ['GET /hosts is no tool: its header "Host" cannot be set'],
};

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A client of an API's tools, and what the API was sent. */
async function connectApi(
  name: string,
  answer: () => Response = () => Response.json({}),
  options: OpenApiOptions = {},
) {
  const sent: Sent[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { url, method, headers } = request;
    sent.push({ url, method, headers: Object.fromEntries(headers), body: await request.text() });
    return answer();
  };
  vi.spyOn(console, "error").mockImplementation(() => {});
  const source = openapi(fileOf(name), { fetch, ...options });
  const client = await connectTo(createMcpEndpoint(source, { logLevel: "silent", audit: "off" }), "2026-07-28");
  return { client, sent };
}

const outcomeOf = ({ content, isError }: { content?: unknown; isError?: boolean | undefined }): string =>
  `${isError ? "error: " : ""}${(content as { text?: string }[]).map(({ text }) => text).join("|")}`;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test.each(DOCUMENTS)("every operation of %s is a valid tool, or is told with the reason", async (name) => {
  // The document is one that others take, too.
  const { paths = {} } = await SwaggerParser.validate(fileOf(name));
  const all = Object.values(paths).flatMap((item) =>
    Object.keys(item ?? {}).filter((key) => /^(get|put|post|delete|patch|head|options|trace)$/.test(key)),
  );
  const { client } = await connectApi(name);
  const told = vi.mocked(console.error).mock.calls.map(([line]) => String(line));
  const { tools } = await client.listTools();
  expect(told.map((line) => line.replace(/^openapi\([^)]*\): /, ""))).toEqual(SKIPPED[name] ?? []);
  expect(tools).toHaveLength(all.length - told.length);
  for (const { name: tool, inputSchema, outputSchema } of tools) {
    expect(tool).toMatch(/^[\w-]{1,64}$/);
    for (const schema of [inputSchema, outputSchema]) if (schema) fromJsonSchema(schema as never);
  }
});

test.each(ERAS)("names, descriptions, schemas and hints come from the document, for a client of %s", async (era) => {
  const source = openapi(fileOf("petstore"));
  const client = await connectTo(createMcpEndpoint(source, { logLevel: "silent", audit: "off" }), era);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["listPets", "createPet", "getPetById", "deletePet"]);
  const [list, create, , remove] = tools;
  expect(list).toMatchObject({ title: "List all pets", annotations: { readOnlyHint: true } });
  expect(list?.inputSchema.properties).toEqual({
    limit: { type: "integer", exclusiveMinimum: 0 },
    tags: { type: "array", items: { type: "string" } },
  });
  expect(create?.inputSchema).toMatchObject({ required: ["body"], properties: { body: { $ref: "#/$defs/NewPet" } } });
  expect(create?.inputSchema.$defs).toMatchObject({ NewPet: { properties: { tag: { type: ["string", "null"] } } } });
  expect(remove?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true, idempotentHint: true });
  expect(remove?.description).toMatch(/^Deprecated/);
});

const REQUESTS: readonly (readonly [document: string, tool: string, args: object, sent: Partial<Sent>])[] = [
  [
    "petstore",
    "listPets",
    { limit: 5, tags: ["a", "b&c"] },
    { method: "GET", url: "https://api.example/v1/pets?limit=5&tags=a&tags=b%26c", body: "" },
  ],
  [
    "petstore",
    "createPet",
    { body: { name: "Rex", tag: null } },
    { method: "POST", body: '{"name":"Rex","tag":null}' },
  ],
  ["petstore", "getPetById", { petId: "a b?c#d" }, { url: "https://api.example/v1/pets/a%20b%3Fc%23d" }],
  [
    "payments",
    "ListCharges",
    { created: { gte: 1, lt: 2 }, expand: ["a", "b"] },
    { url: "https://api.example/v1/charges?created%5Bgte%5D=1&created%5Blt%5D=2&expand=a%2Cb" },
  ],
  ["payments", "CreateCharge", { body: { amount: 7, currency: "e&r" } }, { body: "amount=7&currency=e%26r" }],
  [
    "unnamed",
    "get_forecast_city",
    { city: "Bern", query_city: "Biel" },
    { url: "https://api.example/v1/forecast/Bern?city=Biel" },
  ],
  ["unnamed", "put_forecast_city", { city: "Bern", body: "sun" }, { method: "PUT", body: "sun" }],
  ["files", "list", { ids: [1, 2] }, { url: "https://api.example/v1/files?ids=1%7C2" }],
  [
    "search",
    "search",
    { filter: { a: [1] }, query_body: "x" },
    { url: "https://api.example/v1/search?filter=%7B%22a%22%3A%5B1%5D%7D&body=x" },
  ],
  ["shop", "orders_cancel", { id: "7" }, { method: "POST", url: "https://api.example/v1/orders/7:cancel" }],
  ["shop", "orders_cancel_2", { body: { a: "b" } }, { method: "PATCH", body: '{"a":"b"}' }],
];

test.each(REQUESTS)("%s: %s sends %o", async (document, tool, args, expected) => {
  const { client, sent } = await connectApi(document);
  await client.callTool({ name: tool, arguments: args as Record<string, unknown> });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject(expected);
});

test("headers and cookies carry what they are given, and the token is the deployment's", async () => {
  vi.stubEnv("API_KEY", "of-the-deployment");
  const apiKey = { in: "header", name: "X-Key", variable: "API_KEY" } as const;
  const { client, sent } = await connectApi("tenants", undefined, { apiKey, headers: { "X-Region": "eu" } });
  await client.callTool({ name: "users", arguments: { "X-Tenant": "acme", session: "a;b=c" } });
  expect(sent[0]?.headers).toMatchObject({
    "x-tenant": "acme",
    "x-key": "of-the-deployment",
    "x-region": "eu",
    cookie: "session=a%3Bb%3Dc",
  });
  expect(sent[0]?.headers).not.toHaveProperty("authorization");
});

test("half a character is refused by the name of its argument, where an address or a cookie would have it", async () => {
  const half = "\ud800";
  const pet = await connectApi("petstore");
  expect(await callText(pet.client, "getPetById", { petId: half })).toMatch(/^petId has half a character/);
  const tenants = await connectApi("tenants");
  const args = { "X-Tenant": "acme", session: half };
  expect(await callText(tenants.client, "users", args)).toMatch(/^session has half a character/);
  expect([...pet.sent, ...tenants.sent]).toEqual([]);
});

const ATTACKS: readonly (readonly [document: string, tool: string, args: object])[] = [
  ["petstore", "getPetById", { petId: ".." }],
  ["petstore", "getPetById", { petId: "." }],
  ["petstore", "getPetById", { petId: "" }],
  ["petstore", "getPetById", { petId: "../../admin" }],
  ["petstore", "getPetById", { petId: "..\\admin" }],
  ["petstore", "getPetById", { petId: "a\0b" }],
  ["petstore", "getPetById", { petId: "x", url: "https://evil.example" }],
  ["petstore", "getPetById", {}],
  ["petstore", "createPet", {}],
  ["tenants", "users", { "X-Tenant": "a\r\nHost: evil.example" }],
  ["tenants", "users", { "X-Tenant": "a", Authorization: "Bearer mine" }],
  ["tenants", "users", { "X-Tenant": "a", authorization: "Bearer mine" }],
];

test.each(ATTACKS)("%s: %s is not called with %o", async (document, tool, args) => {
  const { client, sent } = await connectApi(document);
  const result = await client.callTool({ name: tool, arguments: args as Record<string, unknown> });
  expect(result.isError).toBe(true);
  expect(sent).toEqual([]);
});

test.each([
  { petId: "@evil.example" },
  { petId: "//evil.example" },
  { petId: "%2e%2e" },
  { petId: "%2F..%2Fadmin" },
  { petId: "?admin=1" },
  { petId: "#x" },
  { petId: ["a", ".."] },
  { petId: { "..": "x" } },
])("whatever the path is given, the request stays below the address: %o", async (args) => {
  const { client, sent } = await connectApi("petstore");
  await client.callTool({ name: "getPetById", arguments: args as Record<string, unknown> });
  for (const { url } of sent) expect(url).toMatch(/^https:\/\/api\.example\/v1\/pets\/[^/?#]+$/);
});

test.each([
  [
    "a redirect",
    () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
    /redirect \(302\)/,
  ],
  [
    "an error of the API",
    () => new Response("no such pet", { status: 404 }),
    /^error: The API answered with 404: no such pet/,
  ],
  [
    "an answer without end",
    () =>
      new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(65_536).fill(97)) }), {
        headers: { "content-type": "text/plain" },
      }),
    /larger than 262144 bytes/,
  ],
  [
    "bytes",
    () => new Response(new Uint8Array(9), { headers: { "content-type": "application/octet-stream" } }),
    /9 bytes of application/,
  ],
  ["no object where one is promised", () => Response.json([1]), /no JSON object/],
] as const)("a tool's answer to %s", async (_name, answer, expected) => {
  const { client, sent } = await connectApi("petstore", answer);
  expect(outcomeOf(await client.callTool({ name: "getPetById", arguments: { petId: "1" } }))).toMatch(expected);
  expect(sent).toHaveLength(1);
});

test("what an answer that does not end has sent in time is told", async () => {
  const events = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: one\n\n")),
  });
  const fetch = async (_input: unknown, init?: RequestInit): Promise<Response> => {
    const { signal } = init ?? {};
    const body = events.pipeThrough(new TransformStream(), { ...(signal && { signal }) });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const { client } = await connectApi("petstore", undefined, { fetch: fetch as never, timeoutSeconds: 1 });
  const result = await client.callTool({ name: "getPetById", arguments: { petId: "1" } });
  expect(outcomeOf(result)).toBe("error: The answer did not end in time: ask for less of it. It begins: data: one\n\n");
});

test("a structured answer, an image, and a next page", async () => {
  const pet = await connectApi("petstore", () => Response.json({ name: "Rex", id: 1 }));
  await pet.client.listTools();
  const { structuredContent } = await pet.client.callTool({ name: "getPetById", arguments: { petId: "1" } });
  expect(structuredContent).toEqual({ name: "Rex", id: 1 });
  const image = await connectApi(
    "files",
    () => new Response(new Uint8Array([1]), { headers: { "content-type": "image/png" } }),
  );
  const { content } = await image.client.callTool({ name: "content", arguments: { id: "1" } });
  expect(content).toEqual([{ type: "image", data: "AQ==", mimeType: "image/png" }]);
  const link = '<https://evil.example/x?page=2&admin=1>; rel="next"';
  const pages = await connectApi("repositories", () => Response.json([], { headers: { link } }));
  const args = { owner: "a", repo: "b" };
  const result = await pages.client.callTool({ name: "issues_list-for-repo", arguments: args });
  expect(outcomeOf(result)).toBe('[]|There is a next page: call issues_list-for-repo with {"page":"2"}.');
});

test("include and exclude choose tools by their names", () => {
  const names = async (options: OpenApiOptions) =>
    (await (await connectApi("petstore", undefined, options)).client.listTools()).tools.map(({ name }) => name);
  return Promise.all([
    expect(names({ include: ["*Pet*"], exclude: ["delete*"] })).resolves.toEqual([
      "listPets",
      "createPet",
      "getPetById",
    ]),
    expect(names({ include: ["getPet*"] })).resolves.toEqual(["getPetById"]),
  ]);
});

const petstore = () => JSON.parse(readFileSync(fileOf("petstore"), "utf8"));

test.each([
  ["./no-such-file.json", {}, 'openapi("./no-such-file.json") is not here'],
  [fileURLToPath(import.meta.url), {}, "is no JSON"],
  [{}, {}, "is no OpenAPI 3.0, 3.1 or 3.2"],
  [{ swagger: "2.0", info: { title: "Old" } }, {}, 'openapi("Old") is Swagger 2.0'],
  [{ openapi: "3.1.0" }, {}, "has no paths"],
  [{ ...petstore(), servers: [{ url: "http://api.example" }] }, {}, "needs an https address"],
  [{ ...petstore(), servers: [{ url: "https://a:word@api.example" }] }, {}, 'has "https://…@api.example"'],
  [{ ...petstore(), servers: [{ url: "/v1" }] }, {}, "needs an https address"],
  [petstore(), { include: ["nothing"] }, "has no operation that can be a tool"],
  [{ ...petstore(), paths: { "/a": { $ref: "other.json#/a" } } }, {}, "refers to other.json#/a, which is not in it"],
  [{ ...petstore(), components: {} }, {}, "which leads nowhere"],
])("is refused with one sentence: %o", (document, options, sentence) => {
  expect(() => openapi(document as string, options)).toThrow(sentence);
});
