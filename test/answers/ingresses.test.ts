import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Arm, httpArm, readAll } from "../contract/arm.ts";
import { INGRESSES } from "../security/secured-ingresses.ts";
import { startIngress } from "../support/ingresses.ts";

const ENTRY = fileURLToPath(new URL("../fixtures/careless-handler.ts", import.meta.url));
const MODERN = "2026-07-28";
const LEGACY = "2025-11-25";

interface Received {
  readonly status: number;
  readonly isStream: boolean;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The responses in it; notifications are left out. */
  readonly messages: ReadonlyArray<{ readonly id?: unknown; readonly result?: { content?: [{ text?: string }] } }>;
}

describe.each(INGRESSES)("through $name", ({ cloud, options }) => {
  const output: string[] = [];
  let arm: Arm;
  beforeAll(async () => {
    const onOutput = (line: string): void => void output.push(line);
    arm = httpArm(await startIngress(cloud ?? "gcp", { ...options, entry: ENTRY, kind: "handler", onOutput }));
  });
  afterAll(() => arm.close());

  async function send(message: object | undefined, headers: Readonly<Record<string, string>>): Promise<Received> {
    const all = { accept: "application/json, text/event-stream", "content-type": "application/json", ...headers };
    const response = await arm.send({
      method: message ? "POST" : "GET",
      url: "/mcp",
      headers: Object.entries(all).flat(),
      ...(message && { body: Buffer.from(JSON.stringify(message)) }),
    });
    const text = String(await readAll(response));
    const isStream = String(response.headers["content-type"]).startsWith("text/event-stream");
    const texts = isStream ? [...text.matchAll(/^data: (.+)$/gm)].map(([, json]) => json ?? "") : text ? [text] : [];
    const messages = texts.map((json) => JSON.parse(json)).filter(({ method }) => method === undefined);
    return { status: response.status, headers: response.headers, isStream, messages };
  }

  async function openSession(): Promise<Record<string, string>> {
    const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const { headers } = await send({ jsonrpc: "2.0", id: 0, method: "initialize", params }, {});
    return { "mcp-session-id": String(headers["mcp-session-id"]), "mcp-protocol-version": LEGACY };
  }

  function ask(id: string, method: string, name: string, session?: Record<string, string>): Promise<Received> {
    const params = { name, arguments: {}, _meta: { progressToken: 1 } };
    if (session) return send({ jsonrpc: "2.0", id, method, params }, session);
    const _meta = {
      ...params._meta,
      "io.modelcontextprotocol/protocolVersion": MODERN,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    };
    const headers = { "mcp-protocol-version": MODERN, "mcp-method": method, "mcp-name": name };
    return send({ jsonrpc: "2.0", id, method, params: { ...params, _meta } }, headers);
  }

  test.each([MODERN, LEGACY])("a result that is no JSON is an error with the id at once: %s", async (revision) => {
    const session = revision === LEGACY ? await openSession() : undefined;
    const failed = (id: string): object => ({ status: 200, messages: [{ id, error: { code: -32603 } }] });
    const startedAt = performance.now();
    expect(await ask("one", "tools/call", "big", session)).toMatchObject(failed("one"));
    expect(await ask("two", "prompts/get", "throw", session)).toMatchObject(failed("two"));
    const streamed = await ask("three", "tools/call", "told", session);
    expect(streamed).toMatchObject({ ...failed("three"), isStream: true });
    // The platforms' own time limits and those of clients are a minute and more.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test("a status comes as a status from a store that is slower than a heartbeat", async () => {
    const session = await openSession();
    const unknown = { ...session, "mcp-session-id": crypto.randomUUID() };
    const reply = { jsonrpc: "2.0", id: "of nobody", result: {} };
    const statusOf = async (...request: Parameters<typeof send>): Promise<unknown[]> => {
      const { status, isStream } = await send(...request);
      return [status, isStream];
    };
    expect(await statusOf(undefined, { ...unknown, accept: "text/event-stream" })).toEqual([404, false]);
    expect(await statusOf({ jsonrpc: "2.0", id: 1, method: "tools/list" }, unknown)).toEqual([404, false]);
    expect(await statusOf(reply, unknown)).toEqual([404, false]);
    expect(await statusOf(reply, session)).toEqual([202, false]);
    expect(await statusOf({ jsonrpc: "2.0", method: "notifications/initialized" }, session)).toEqual([202, false]);
  });

  test.each([MODERN, LEGACY])("what a handler leaves behind cuts no other call: %s", async (revision) => {
    const session = revision === LEGACY ? await openSession() : undefined;
    const wait = (id: string): Promise<Received> => ask(id, "tools/call", "wait");
    const leaving = ask("left", "tools/call", "leave", session);
    // A process on Lambda has one request at a time: the next one is there when the promise is rejected.
    if (cloud === "aws") await leaving;
    const [left, beside] = await Promise.all([leaving, wait("beside")]);
    expect(beside.messages).toMatchObject([{ id: "beside", result: {} }]);
    const instance = left.messages[0]?.result?.content?.[0]?.text;
    expect(instance).toBeDefined();
    // The process that something was left in lives.
    expect((await wait("after")).messages[0]?.result?.content?.[0]?.text).toBe(instance);
    await expect.poll(() => output.join("\n")).toMatch(/\(tools\/call "leave"\): an error that nobody handled/);
  });
});
