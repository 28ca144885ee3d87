import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLocalTable } from "../../emulators/local-table.ts";
import { createMcpEndpoint, createMemoryStore, type ServerFactory } from "../../src/index.ts";
import { createProject, type Project } from "../cli/project.ts";
import { type Arm, httpArm, inProcessArm, readAll } from "../contract/arm.ts";
import { IN_PROCESS, INGRESSES, type Ingress } from "../security/secured-ingresses.ts";
import { startIngress } from "../support/ingresses.ts";
import { type CallOptions, legacyRequest, modernCall } from "../support/messages.ts";

/** A module as `tsc` emits it for CommonJS: a tool whose schema is frozen, and one that is registered after initialization. */
const COMMON_JS = `
"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const { McpServer } = require("@modelcontextprotocol/server");
const json = () => ({ type: "object", properties: { text: { type: "string" } } });
const standard = { version: 1, vendor: "handmade", validate: (value) => ({ value }), jsonSchema: { input: json, output: json } };
const inputSchema = Object.freeze({ "~standard": Object.freeze(standard) });
exports.default = () => {
  const server = new McpServer({ name: "common", version: "1.0.0" });
  const echo = async ({ text }) => ({ content: [{ type: "text", text }] });
  server.registerTool("echo", { inputSchema }, echo);
  server.server.oninitialized = () => void server.registerTool("late", { inputSchema }, echo);
  return server;
};`;

/** Hands out two servers in turn. */
const IN_TURN = `
import { McpServer } from "@modelcontextprotocol/server";
const servers = [1, 2].map(() => new McpServer({ name: "shared", version: "1.0.0" }, { capabilities: { tools: {} } }));
for (const server of servers) server.server.setRequestHandler("tools/list", async () => ({ tools: [] }));
let turn = 0;
export default () => servers[turn++ % 2];
`;

let project: Project;
beforeAll(() => {
  project = createProject({ "common.cjs": COMMON_JS, "in-turn.mjs": IN_TURN });
});
afterAll(() => project?.remove());

describe.each([IN_PROCESS, ...INGRESSES])("through $name", (ingress) => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(ingress, project, "common.cjs");
  });
  afterAll(() => served?.arm.close());

  test("a CommonJS server of SDK v2 speaks 2026-07-28", async () => {
    const { status, body } = await served.send(...modernCall("server/discover"));
    expect([status, body.result?.supportedVersions]).toEqual([200, expect.arrayContaining(["2026-07-28"])]);
  });

  test("a frozen schema validates and is listed in both eras", async () => {
    const call = { name: "echo", arguments: { text: "hi" } };
    const session = await served.openSession();
    const tool = expect.objectContaining({ name: "echo", inputSchema: expect.objectContaining({ type: "object" }) });
    for (const [called, listed] of [
      [await served.send(...modernCall("tools/call", call)), await served.send(...modernCall("tools/list"))],
      [
        await served.send(legacyRequest("tools/call", call), { headers: session }),
        await served.send(legacyRequest("tools/list"), { headers: session }),
      ],
    ] as const) {
      expect([called.status, called.body.result?.content]).toEqual([200, [{ type: "text", text: "hi" }]]);
      expect(listed.body.result?.tools).toContainEqual(tool);
    }
  });

  test("a tool that is registered in oninitialized is there in a session", async () => {
    const headers = await served.openSession();
    const { body } = await served.send(legacyRequest("tools/list"), { headers });
    expect(body.result?.tools).toContainEqual(expect.objectContaining({ name: "late" }));
    const call = legacyRequest("tools/call", { name: "late", arguments: { text: "hi" } });
    expect((await served.send(call, { headers })).body.result?.content).toEqual([{ type: "text", text: "hi" }]);
  });

  test("a server that was handed out before is refused in both eras, with a sentence in the log", async () => {
    const shared = await serve(ingress, project, "in-turn.mjs");
    try {
      const answers: Answer[] = [];
      for (let n = 0; n < 3; n++) {
        answers.push(await shared.send(...modernCall("tools/list")));
        answers.push(await shared.send(legacyRequest("initialize", INITIALIZE)));
      }
      const refused = answers.slice(2);
      expect(answers.slice(0, 2).map(({ status }) => status)).toEqual([200, 200]);
      expect(refused.map(({ status, body }) => [status, body.error?.code])).toEqual(refused.map(() => [500, -32603]));
      expect(shared.output.join("\n")).toContain("createServer returned the same server twice: build one for each");
    } finally {
      await shared.arm.close();
    }
  });
});

const INITIALIZE = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly result?: { readonly [field: string]: unknown };
    readonly error?: { readonly code: number };
  };
}

/** An entry behind an ingress. */
interface Served {
  readonly arm: Arm;
  readonly output: readonly string[];
  send(message: unknown, options?: CallOptions): Promise<Answer>;
  /** Resolves with the headers of requests in a new session. */
  openSession(): Promise<Record<string, string>>;
}

async function serve({ cloud, options }: Ingress, { folder }: Project, name: string): Promise<Served> {
  const entry = `${folder}/${name}`;
  const output: string[] = [];
  const arm = cloud
    ? await startBuilt(cloud, { ...options, entry, onOutput: (line: string) => output.push(line) })
    : inProcessArm(await inProcess(entry, output));
  const send: Served["send"] = async (message, { headers } = {}) => {
    const mcp = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const response = await arm.send({
      method: "POST",
      url: "/mcp",
      headers: Object.entries({ ...mcp, ...headers }).flat(),
      body: Buffer.from(JSON.stringify(message)),
    });
    const text = String(await readAll(response));
    const json = response.headers["content-type"] === "text/event-stream" ? /^data: (\{.+)$/m.exec(text)?.[1] : text;
    return { status: response.status, headers: response.headers, body: JSON.parse(json || "{}") };
  };
  return {
    arm,
    output,
    send,
    async openSession() {
      const opened = await send(legacyRequest("initialize", INITIALIZE));
      const headers = {
        "mcp-session-id": String(opened.headers["mcp-session-id"]),
        "mcp-protocol-version": "2025-11-25",
      };
      expect((await send({ jsonrpc: "2.0", method: "notifications/initialized" }, { headers })).status).toBe(202);
      return headers;
    },
  };
}

async function startBuilt(
  cloud: NonNullable<Ingress["cloud"]>,
  options: Parameters<typeof startIngress>[1],
): Promise<Arm> {
  const table = await startLocalTable();
  try {
    const { url, close } = await startIngress(cloud, { ...options, environment: table.environment });
    return httpArm({
      url,
      async close() {
        await close();
        await table.close();
      },
    });
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** The entry loaded by Node.js, so that a CommonJS one brings a second copy of the SDK. */
async function inProcess(entry: string, output: string[]): Promise<ReturnType<typeof createMcpEndpoint>> {
  const { default: createServer }: { default: ServerFactory } = createRequire(import.meta.url)(entry);
  const log = (record: object): void => void output.push(JSON.stringify(record));
  return createMcpEndpoint(createServer, { store: createMemoryStore(), log });
}
