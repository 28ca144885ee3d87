import { expect } from "vitest";
import { type Arm, readAll } from "../contract/arm.ts";
import type { Sighting } from "../fixtures/marking-server.ts";

/** How a client speaks to the server. */
export type Mode = "2026-07-28" | "2025-11-25 without a session" | "2025-11-25 in a session";

export const MODES: readonly Mode[] = ["2026-07-28", "2025-11-25 without a session", "2025-11-25 in a session"];

/** A client of one caller. */
export interface MarkingClient {
  /** Calls the tool `mark`, and expects that it finds nothing but what this very request brought. */
  mark(text: string): Promise<void>;
  /** Lists the tools, and expects them as the factory registered them. */
  list(id: string): Promise<void>;
}

const MODERN = "2026-07-28";
const LEGACY = "2025-11-25";

/** Opens a client; each caller declares capabilities of its own. */
export async function openClient(arm: Arm, mode: Mode, caller: string, capabilities: object): Promise<MarkingClient> {
  const clientInfo = { name: `client of ${caller}`, version: "1" };
  const headers = {
    authorization: `Bearer ${caller}`,
    "x-caller": caller,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
  };
  const send = async (message: object, more: Readonly<Record<string, string>>): Promise<Received> => {
    const response = await arm.send({
      method: "POST",
      url: "/mcp",
      headers: Object.entries({ ...headers, ...more }).flat(),
      body: Buffer.from(JSON.stringify(message)),
    });
    const text = String(await readAll(response));
    const json = response.headers["content-type"] === "text/event-stream" ? lastData(text) : text;
    return { status: response.status, headers: response.headers, message: json && JSON.parse(json) };
  };
  const session = mode === "2025-11-25 in a session" ? await openSession(send, capabilities, clientInfo) : {};
  const request = (id: string, method: string, params: { name?: string } & object = {}): Promise<Received> => {
    if (mode !== MODERN) {
      return send({ jsonrpc: "2.0", id, method, params }, { "mcp-protocol-version": LEGACY, ...session });
    }
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": MODERN,
      "io.modelcontextprotocol/clientCapabilities": capabilities,
      "io.modelcontextprotocol/clientInfo": clientInfo,
    };
    const named = params.name && { "mcp-name": params.name };
    const message = { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
    return send(message, { "mcp-protocol-version": MODERN, "mcp-method": method, ...named });
  };
  const isKnown = mode !== "2025-11-25 without a session";
  return {
    async mark(text) {
      const { status, message } = await request(text, "tools/call", { name: "mark", arguments: { text } } as object);
      expect([status, message.id]).toEqual([200, text]);
      const found: Sighting = JSON.parse(message.result?.content?.[0]?.text ?? "null");
      expect(found).toEqual({
        notes: [text],
        stored: [],
        description: "unmarked",
        callers: [caller, caller, caller, caller, caller],
        requestId: text,
        ...(isKnown && { clientName: clientInfo.name, clientCapabilities: capabilities }),
      });
    },
    async list(id) {
      const { status, message } = await request(id, "tools/list");
      expect([status, message.id]).toEqual([200, id]);
      expect(message.result?.tools).toEqual([expect.objectContaining({ name: "mark", description: "unmarked" })]);
    },
  };
}

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly message: {
    readonly id?: unknown;
    readonly result?: { readonly content?: ReadonlyArray<{ text?: string }>; readonly tools?: unknown };
  };
}

type Send = (message: object, headers: Readonly<Record<string, string>>) => Promise<Received>;

/** Opens a session. Resolves with the header that its requests carry. */
async function openSession(send: Send, capabilities: object, clientInfo: object): Promise<Record<string, string>> {
  const params = { protocolVersion: LEGACY, capabilities, clientInfo };
  const { headers } = await send({ jsonrpc: "2.0", id: 0, method: "initialize", params }, {});
  const session = { "mcp-session-id": String(headers["mcp-session-id"]) };
  const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
  const { status } = await send(initialized, { "mcp-protocol-version": LEGACY, ...session });
  expect(status).toBe(202);
  return session;
}

/** The last message of a stream of events. */
const lastData = (events: string): string => [...events.matchAll(/^data: (\{.+)$/gm)].at(-1)?.[1] ?? "";
