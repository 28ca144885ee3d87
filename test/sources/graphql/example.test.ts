import { OAuthError, OAuthErrorCode } from "@modelcontextprotocol/server";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { GraphqlOptions } from "../../../examples/graphql/graphql-api.ts";
import { library } from "../../../examples/graphql/library.ts";
import { createMcpEndpoint } from "../../../src/index.ts";
import { delegatedToken, secretToken } from "../../../src/sources/sources.ts";
import { startExchangeServer } from "../exchange-server.ts";
import { serveFetch } from "../loopback-endpoint.ts";
import { connectTo, ERAS, type Era } from "../source-client.ts";
import { type LibraryApi, startLibraryApi } from "./library-api.ts";

const QUIET = { logLevel: "silent", audit: "off" } as const;
const TOKEN = "of-the-deployment";

let api: LibraryApi;
beforeAll(async () => {
  api = await startLibraryApi((token) => (token === TOKEN ? "everybody" : undefined));
});
afterAll(() => api.close());
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Calls a tool over the API at an address, with the token of the deployment. */
async function call(
  name: string,
  args: Record<string, unknown>,
  { era = "2026-07-28", ...options }: Partial<GraphqlOptions> & { readonly era?: Era } = {},
) {
  vi.stubEnv("LIBRARY_TOKEN", TOKEN);
  const definition = library({ endpoint: api.url, auth: secretToken("LIBRARY_TOKEN"), ...options });
  const headers = { authorization: "Bearer of-the-caller" };
  const client = await connectTo(createMcpEndpoint(definition, QUIET), era, { headers });
  const { content, isError = false, structuredContent } = await client.callTool({ name, arguments: args });
  const text = (content as { text?: string }[]).map((block) => block.text).join("");
  return { text, isError, structuredContent };
}

describe.each(ERAS)("a client of %s", (era) => {
  test("is answered by the engine, which gets the token of the deployment", async () => {
    const before = api.asked.length;
    const { structuredContent } = await call("find_books", { title: "Dune", first: 1 }, { era });
    expect(structuredContent).toEqual({ books: [{ id: "2", title: "Dune", author: { name: "Herbert" } }] });
    const { text } = await call("reserve_book", { id: "2" }, { era });
    expect(JSON.parse(text)).toEqual({ reserve: { until: "Friday, for everybody", book: { title: "Dune" } } });
    const asked = api.asked.slice(before);
    expect(asked.map(({ variables }) => variables)).toEqual([{ title: "Dune", first: 1 }, { id: "2" }]);
    expect(asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  });

  test("is told the engine's words where it refuses", async () => {
    expect(await call("reserve_book", { id: "9" }, { era })).toMatchObject({
      text: "There is no book 9.",
      isError: true,
    });
  });
});

test.each([
  ["find_books", { title: 'Dune", first: 9) { secretNotes } } #' }],
  ["find_books", { title: "Dune", first: 1, query: "{ books { secretNotes } }", document: "{ __schema { types } }" }],
  ["reserve_book", { id: '2") { book { secretNotes } } }', operationName: "Other", extensions: {} }],
])("the document of %s is the author's, whatever the arguments are: %j", async (name, args) => {
  const before = api.asked.length;
  const { text } = await call(name, args);
  expect(text).not.toMatch(/lent to|damaged|lost/);
  const [asked, ...others] = api.asked.slice(before);
  expect(others).toEqual([]);
  expect(asked?.query).toMatch(name === "find_books" ? /^query FindBooks\(/ : /^mutation ReserveBook\(/);
  expect(asked?.query).not.toContain("secretNotes");
  const { title, first = 10, id } = args as Record<string, unknown>;
  expect(asked?.variables).toEqual(name === "find_books" ? { title, first } : { id });
});

test.each([{ title: "Dune", first: 51 }, { title: "x".repeat(201) }, { title: { contains: "Dune" } }])(
  "arguments that the tool does not take never reach the API: %j",
  async (args) => {
    const before = api.asked.length;
    expect((await call("find_books", args)).isError).toBe(true);
    expect(api.asked).toHaveLength(before);
  },
);

const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) });
const json = (value: unknown, status = 200) => Response.json(value, { status });

test.each<[string, () => Response | Promise<Response>, string]>([
  ["has no end", () => new Response(endless()), "The answer is larger than 5000 bytes: ask for less of it."],
  ["never comes", () => new Promise(() => {}), "The API did not answer within 0.2 s."],
  ["stops in the middle", () => new Response(new ReadableStream({ pull: (stream) => stream.error() })), "reached"],
  ["is a page", () => new Response("<h1>Bad gateway</h1>", { status: 502 }), "The API answered with 502: <h1>Bad"],
  ["has no data", () => json({ message: "gone" }, 410), 'The API answered with 410: {"message":"gone"}'],
  ["has data of null", () => json({ data: null }), 'The API answered with 200: {"data":null}'],
  [
    "has errors beside data",
    () => json({ data: { books: [] }, errors: [{ message: "out of paper" }] }),
    "out of paper",
  ],
  ["has two errors", () => json({ errors: [{ message: "one" }, { message: "two" }] }, 400), "one\ntwo"],
  ["has errors that are none", () => json({ data: {}, errors: [null] }), "The API answered with 200"],
  ["has other data", () => json({ data: { books: "many" } }), "find_books"],
])("an answer that %s is an error of the tool", async (_what, answer, words) => {
  const other = await serveFetch(async () => answer());
  try {
    const options = { endpoint: other.url, maxBytes: 5_000, ...(words.includes("within") && { timeoutSeconds: 0.2 }) };
    const { text, isError } = await call("find_books", { title: "Dune" }, options);
    expect({ text, isError }).toEqual({ text: expect.stringContaining(words), isError: true });
  } finally {
    await other.close();
  }
});

test.each([301, 302, 303, 307, 308])("a redirect is not followed, with the token or without: %i", async (status) => {
  const before = api.asked.length;
  const other = await serveFetch(async () => new Response(null, { status, headers: { location: api.url } }));
  try {
    const { text, isError } = await call("find_books", { title: "Dune" }, { endpoint: other.url });
    expect({ text, isError }).toEqual({
      text: `The API answered with a redirect (${status}): not followed.`,
      isError: true,
    });
    expect(api.asked).toHaveLength(before);
  } finally {
    await other.close();
  }
});

test("an API that is away is an error of the tool, without its address", async () => {
  const { url, close } = await serveFetch(async () => json({}));
  await close();
  const { text, isError } = await call("find_books", { title: "Dune" }, { endpoint: url });
  expect({ text, isError }).toEqual({ text: "The API could not be reached.", isError: true });
});

test.each(["http://library.example/graphql", "ftp://127.0.0.1/graphql", "library.example"])(
  "the address %s is refused at the start",
  (endpoint) => {
    expect(() => library({ endpoint })).toThrow();
  },
);

test("each caller acts as itself, by a token that is exchanged", async () => {
  vi.stubEnv("GATEWAY_SECRET", "a secret: with % and +");
  const issuer = await startExchangeServer();
  const own = await startLibraryApi((token) => (token === undefined ? undefined : issuer.userOf(token, "crm")));
  try {
    const auth = delegatedToken({
      tokenEndpoint: issuer.tokenEndpoint,
      clientId: "gateway",
      clientSecretVariable: "GATEWAY_SECRET",
      audience: "crm",
    });
    const verifier = {
      async verifyAccessToken(token: string) {
        const sub = issuer.userOf(token, "gateway");
        if (sub === undefined) throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not for this server.");
        return { token, clientId: "gateway", scopes: [], expiresAt: Date.now() / 1000 + 600, extra: { sub } };
      },
    };
    const handler = createMcpEndpoint({ ...library({ endpoint: own.url, auth }), verifier }, QUIET);
    for (const user of ["ada", "bob"]) {
      const headers = { authorization: `Bearer ${issuer.issue(user)}` };
      const client = await connectTo(handler, "2026-07-28", { headers });
      const { structuredContent } = await client.callTool({ name: "reserve_book", arguments: { id: "1" } });
      expect(structuredContent).toMatchObject({ reserve: { until: `Friday, for ${user}` } });
      expect(own.asked.map(({ authorization }) => authorization)).not.toContain(headers.authorization);
    }
  } finally {
    await Promise.all([own.close(), issuer.close()]);
  }
});
