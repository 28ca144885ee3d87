import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createBundler } from "./bundled-server.ts";
import { greeter } from "./cli/project.ts";
import { startLocalIssuer } from "./security/local-issuer.ts";

// Tests of the bundles beside index.mjs, which are loaded when they are first needed.

const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => bundler.remove());

/** A handler that runs one elicitation between a server and a client in the process, and answers how it ended. */
const elicitation = (imports: string, answer: string): string => `
  ${imports}
  const requestedSchema = { type: "object", properties: { age: { type: "integer" } }, required: ["age"] };
  export default async () => {
    const server = new Server({ name: "s", version: "1" }, { capabilities: {} });
    const [near, far] = InMemoryTransport.createLinkedPair();
    far.onmessage = (message) => {
      if (message.method === "elicitation/create") {
        const result = { action: "accept", content: { age: ${answer} } };
        far.send({ jsonrpc: "2.0", id: message.id, result });
      }
    };
    await server.connect(near);
    await far.start();
    const clientInfo = { name: "c", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo };
    await far.send({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    await far.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    let body;
    try { body = JSON.stringify(await server.elicitInput({ message: "How old?", requestedSchema })); }
    catch (error) { body = error.message; }
    return { status: 200, headers: {}, body };
  };`;

const SDK_V2 = 'import { InMemoryTransport, Server } from "@modelcontextprotocol/server";';
const SDK_V1 = `
  import { Server } from "@modelcontextprotocol/sdk/server/index.js";
  import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";`;

describe.each([
  ["SDK v2", SDK_V2, "json-schema-validator.cjs"],
  ["SDK v1", SDK_V1, "json-schema-validator-v1.cjs"],
])("the JSON Schema validator of %s", (sdk, imports, file) => {
  const name = sdk.replaceAll(/\W/g, "");

  test("checks what a user answered to an elicitation", async () => {
    const wrong = await bundler.bundle(`${name}-wrong`, elicitation(imports, '"old"'), "handler");
    expect(wrong.artefact.files.map((entry) => entry.name)).toContain(file);
    expect(await (await fetch(await wrong.open())).text()).toContain(
      "does not match requested schema: data/age must be",
    );
    const right = await bundler.bundle(`${name}-right`, elicitation(imports, "36"), "handler");
    expect(await (await fetch(await right.open())).text()).toBe('{"action":"accept","content":{"age":36}}');
  });

  test("is loaded only when something is validated", async () => {
    const { artefact, open } = await bundler.bundle(`${name}-lazy`, elicitation(imports, "36"), "handler");
    rmSync(join(artefact.folder, file));
    // The server starts, connects and elicits without it, up to the point where it is needed.
    expect(await (await fetch(await open())).text()).toContain(`Cannot find module './${file}'`);
  });
});

test("a tool with a schema in plain JSON has its arguments checked", async () => {
  const source = greeter("Hello")
    .replace("import { McpServer }", "import { fromJsonSchema, McpServer }")
    .replace(/const inputSchema = .*/, 'const inputSchema = fromJsonSchema({ type: "object", required: ["name"] });');
  const { open } = await bundler.bundle("json-schema", source);
  const url = await open();
  expect(await bundler.call(url, {})).toContain("must have required property 'name'");
  expect(await bundler.call(url, { name: "Ada" })).toBe("Hello, Ada!");
});

describe("the client for AWS", () => {
  const FILES = ["aws-client.cjs", "aws-credentials.cjs"];

  test.each([
    ["without a table", {}],
    ["with a table that a call does not need", { MCP_ANYCLOUD_TABLE: "sessions", AWS_REGION: "eu-central-1" }],
    ["with a secret that a call does not need", { MCP_ANYCLOUD_STATE_KEYS_SECRET: "keys", AWS_REGION: "eu-central-1" }],
  ])("is not loaded %s", async (_case, environment) => {
    const { artefact, open } = await bundler.bundle("greeter", greeter("Hello"));
    for (const file of FILES) rmSync(join(artefact.folder, file));
    expect(await bundler.call(await open(environment), { name: "Ada" })).toBe("Hello, Ada!");
  });

  test("does not come with a handler, which has no store of ours", async () => {
    const handler = "export default async () => ({ status: 200, headers: {}, body: 'mine' });";
    const { artefact, open } = await bundler.bundle("handler", handler, "handler");
    expect(artefact.files.map(({ name }) => name).filter((name) => FILES.includes(name))).toEqual([]);
    expect(await (await fetch(await open())).text()).toBe("mine");
  });

  test("comes with a handler that uses the store", async () => {
    const handler = `
      import { createDynamodbStore } from "mcp-anycloud/aws/dynamodb";
      const store = createDynamodbStore({ table: "sessions" });
      export default async () => ({ status: 200, headers: {}, body: typeof store.get });`;
    const { artefact, open } = await bundler.bundle("own-store", handler, "handler");
    expect(artefact.files.map(({ name }) => name)).toEqual(expect.arrayContaining(FILES));
    expect(await (await fetch(await open())).text()).toBe("function");
  });
});

describe("the verification of tokens", () => {
  const FILE = "jwt-verifier.cjs";
  const AUDIENCE = "https://mcp.example/mcp";
  const post = (url: string, token?: string): Promise<Response> =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });

  test("is loaded with the first token, and not before", async () => {
    const issuer = await startLocalIssuer();
    try {
      const token = await issuer.sign({ sub: "ada", aud: AUDIENCE, client_id: "c" });
      const environment = { MCP_ANYCLOUD_PUBLIC_URL: AUDIENCE, MCP_ANYCLOUD_TOKEN_ISSUERS: issuer.url };
      const { artefact, open } = await bundler.bundle("tokens", greeter("Hello"));
      const url = await open(environment);
      expect([(await post(url)).status, (await post(url, token)).status]).toEqual([401, 200]);
      rmSync(join(artefact.folder, FILE));
      const without = await open(environment);
      expect([(await post(without)).status, (await post(without, token)).status]).toEqual([401, 500]);
    } finally {
      await issuer.close();
    }
  });
});
