import { setImmediate as nextTurn } from "node:timers/promises";
import type { Headers, JsonRpc, LambdaClient } from "./lambda-client.ts";
import type { WalkTitle } from "./layout.ts";

/** Makes one call, and throws where its answer is not the right one. */
export type Call = () => Promise<void>;

/** Prepares the call of each scenario; what happens here is not measured. */
export const CALLS: Readonly<Record<WalkTitle, (client: LambdaClient) => Promise<Call>>> = {
  "2026-07-28 call": async (client) => {
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "add" };
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    return async () => {
      const { messages } = await client.post(request("tools/call", { ...ADD, _meta }), headers);
      expectText(messages.at(-1), "42");
    };
  },
  "2025-11-25 call in a session": async (client) => {
    const session = await openSession(client);
    return async () => {
      const { messages } = await client.post(request("tools/call", ADD), session);
      expectText(messages.at(-1), "42");
    };
  },
  "2025-11-25 call with a question": async (client) => {
    const session = await openSession(client);
    return async () => {
      const replies: Promise<unknown>[] = [];
      const { messages } = await client.post(request("tools/call", { name: "ask" }), session, (message) => {
        if (message.method === "elicitation/create") replies.push(reply(client, session, message.id));
      });
      await Promise.all(replies);
      if (replies.length !== 1) throw new Error(`The server asked ${replies.length} questions instead of one.`);
      expectText(messages.at(-1), "word");
    };
  },
};

const ADD = { name: "add", arguments: { a: 19, b: 23 } };

let lastId = 0;
const request = (method: string, params: object): object => ({ jsonrpc: "2.0", id: ++lastId, method, params });

async function openSession(client: LambdaClient): Promise<Headers> {
  const clientInfo = { name: "walk", version: "1.0.0" };
  const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo };
  const { headers } = await client.post(request("initialize", params), {});
  const session = {
    "mcp-session-id": headers["mcp-session-id"] ?? "",
    "mcp-protocol-version": params.protocolVersion,
  };
  await client.post({ jsonrpc: "2.0", method: "notifications/initialized" }, session);
  return session;
}

/** The second POST: a client sends it after it has read the question, so never within the write that brings it. */
async function reply(client: LambdaClient, session: Headers, id: unknown): Promise<void> {
  await nextTurn();
  await client.post({ jsonrpc: "2.0", id, result: { action: "accept", content: { word: "word" } } }, session);
}

function expectText(message: JsonRpc | undefined, text: string): void {
  const { result } = (message ?? {}) as { result?: { content?: ReadonlyArray<{ text?: string }> } };
  if (result?.content?.[0]?.text !== text) throw new Error(`The call was answered with ${JSON.stringify(message)}`);
}
