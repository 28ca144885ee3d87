import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../emulators/emulator.ts";
import { type LocalTable, startLocalTable } from "../emulators/local-table.ts";
import { runSuite } from "./conformance/suite.ts";
import { type LocalIssuer, startLocalIssuer } from "./security/local-issuer.ts";
import { startLibraryApi } from "./sources/graphql/library-api.ts";
import { startIngress } from "./support/ingresses.ts";

const entryOf = (example: string): string =>
  fileURLToPath(new URL(`../examples/${example}/server.ts`, import.meta.url));

/** The text of a tool's answer. */
async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args });
  return content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
}

async function connect(url: string, client: Client, token?: string): Promise<Client> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  return client;
}

const AUDIENCE = "https://mcp.example/mcp";

describe("examples/auth, on Azure Functions", () => {
  let issuer: LocalIssuer;
  let table: LocalTable;
  let ingress: Emulator;
  beforeAll(async () => {
    [issuer, table] = await Promise.all([startLocalIssuer(), startLocalTable()]);
    const environment = {
      ...table.environment,
      MCP_ANYCLOUD_PUBLIC_URL: AUDIENCE,
      MCP_ANYCLOUD_TOKEN_ISSUERS: issuer.url,
    };
    ingress = await startIngress("azure", { entry: entryOf("auth"), environment });
  });
  afterAll(async () => {
    await ingress?.close();
    await Promise.all([issuer.close(), table.close()]);
  });

  /** Does something as a user with these scopes. */
  async function as<Result>(sub: string, scope: string, claims: object, act: (client: Client) => Promise<Result>) {
    const token = await issuer.sign({ sub, scope, client_id: "test", aud: AUDIENCE, ...claims });
    const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;
    const client = await connect(ingress.url, new Client({ name: "test", version: "1.0.0" }, options), token);
    try {
      return await act(client);
    } finally {
      await client.close();
    }
  }

  test("each caller sees expenses of their own", async () => {
    expect(await as("ada", "expenses.read", {}, (ada) => call(ada, "my_expenses"))).toBe("train, 40 EUR");
    expect(await as("bob", "expenses.read", {}, (bob) => call(bob, "my_expenses"))).toBe(
      "hotel, 120 EUR; lunch, 12 EUR",
    );
  });

  test("a tool that pays needs its scope", async () => {
    const pay = (client: Client) => call(client, "pay", { to: "bob", eur: 12 });
    await expect(as("ada", "expenses.read", {}, pay)).rejects.toThrow(/^Insufficient scope: required "expenses.pay"$/);
    expect(await as("ada", "expenses.pay", {}, pay)).toBe("ada paid bob 12 EUR.");
  });

  test("a large payment needs the group, whatever the scopes", async () => {
    const pay = (client: Client) => call(client, "pay", { to: "bob", eur: 5_000 });
    await expect(as("ada", "expenses.pay", {}, pay)).rejects.toThrow(/^Tool pay not found$/);
    expect(await as("eve", "expenses.pay", { groups: ["finance"] }, pay)).toBe("eve paid bob 5000 EUR.");
  });
});

test("examples/sdk-v1 asks its user in a session over three instances of a Lambda function", async () => {
  const table = await startLocalTable();
  const ingress = await startIngress("aws", {
    entry: entryOf("sdk-v1"),
    instances: 3,
    environment: table.environment,
  }).catch(async (error) => {
    await table.close();
    throw error;
  });
  try {
    const client = new Client(
      { name: "test", version: "1.0.0" },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "legacy" } },
    );
    const logged: unknown[] = [];
    client.setNotificationHandler("notifications/message", ({ params }) => void logged.push(params.data));
    client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { time: "19:30" } }));
    await connect(ingress.url, client);
    expect(await call(client, "book_table", { guests: 4 })).toBe("A table for 4 at 19:30.");
    // The line comes on the session's standalone stream, which has no order with the stream of the call.
    await expect.poll(() => logged).toEqual(["looking for a table for 4"]);
    await client.close();
  } finally {
    await ingress.close();
    await table.close();
  }
});

test("examples/graphql asks the API that its environment names, with the token there, on Azure Functions", async () => {
  const api = await startLibraryApi((token) => (token === "secret" ? "everybody" : undefined));
  const environment = { LIBRARY_URL: api.url, LIBRARY_TOKEN: "secret" };
  let ingress: Emulator | undefined;
  try {
    ingress = await startIngress("azure", { entry: entryOf("graphql"), environment });
    const client = await connect(ingress.url, new Client({ name: "test", version: "1.0.0" }));
    expect(await call(client, "find_books", { title: "Emma" })).toContain("Austen");
    await client.close();
  } finally {
    await ingress?.close();
    await api.close();
  }
});

describe("examples/app-and-skill, on Cloud Run", () => {
  let ingress: Emulator;
  beforeAll(async () => {
    ingress = await startIngress("gcp", { entry: entryOf("app-and-skill") });
  });
  afterAll(() => ingress?.close());

  test("the tool names its app, and the app is the page", async () => {
    const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;
    const client = await connect(ingress.url, new Client({ name: "test", version: "1.0.0" }, options));
    const { tools } = await client.listTools();
    const uri = (tools[0]?._meta?.ui as { resourceUri?: string } | undefined)?.resourceUri ?? "";
    const { contents } = await client.readResource({ uri });
    expect(contents[0]).toMatchObject({ mimeType: "text/html;profile=mcp-app" });
    expect(contents[0]).toHaveProperty("text", expect.stringContaining("ui/initialize"));
    await client.close();
  });

  test.each(["directory", "enumeration", "manifest"])("the official scenario of skills passes: %s", async (part) => {
    const scenario = `sep-2640-skills-${part}`;
    const results = await runSuite({ url: `${ingress.url}/mcp`, revision: "2026-07-28", scenario });
    expect(results).toEqual([{ scenario, outcome: "passed" }]);
  });
});
