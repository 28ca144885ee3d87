import { type CallToolResult, type JSONObject, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { HttpHandler, StateStore } from "../../src/adapter.ts";
import {
  createMcpEndpoint,
  createMemoryStore,
  type FactoryContext,
  type ServerDefinition,
  toFetch,
} from "../../src/index.ts";
import { gateway, type RemoteOptions, remote, type Source } from "../../src/sources/sources.ts";

const QUIET = { logLevel: "silent", audit: "off" } as const;
/** Address of the upstream. */
export const ADDRESS = "http://127.0.0.1/mcp";
/** The result of a tool that answers with a text. */
export const text = (value: string): CallToolResult => ({ content: [{ type: "text", text: value }] });

/** `fetch` to a handler in this process, which notes what it was sent. */
export function wireTo(handler: HttpHandler): { readonly fetch: typeof globalThis.fetch; readonly sent: Request[] } {
  const serve = toFetch(handler);
  const sent: Request[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    sent.push(request.clone());
    return serve(request, { canStream: true, clientIp: "127.0.0.1" });
  };
  return { fetch, sent };
}

/** An endpoint to stand behind a gateway. */
export const upstreamOf = (source: Source): HttpHandler =>
  createMcpEndpoint(source, { store: createMemoryStore(), ...QUIET });

/** A gateway with one source, `crm`. */
export const gatewayOf = (fetch: typeof globalThis.fetch, options: RemoteOptions = {}): ServerDefinition =>
  gateway({ crm: remote(ADDRESS, { fetch, ...options }) });

/** Instances over one store. */
export const instancesOf = (source: Source, count: number, store: StateStore = createMemoryStore()): HttpHandler[] =>
  Array.from({ length: count }, () => createMcpEndpoint(source, { store, ...QUIET }));

/** A server of SDK v2 with a tool for each way an answer can come about. */
export function createCrm({ notify }: FactoryContext): McpServer {
  const server = new McpServer({ name: "crm", version: "1.0.0" });
  server.registerTool("find", { inputSchema: z.object({ name: z.string() }) }, async ({ name }) =>
    text(`found ${name}`),
  );
  server.registerTool("boom", {}, async () => {
    throw new Error("out of paper");
  });
  server.registerTool("ask", {}, async (ctx) => {
    const answer = await ctx.mcpReq.elicitInput({
      message: "Sure?",
      requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
    });
    return text(JSON.stringify(answer.content));
  });
  server.registerTool("change", {}, async () => {
    notify.toolsChanged();
    return text("changed");
  });
  server.registerResource("customer", "crm://1", {}, (uri) => ({ contents: [{ uri: uri.href, text: "Ada" }] }));
  return server;
}

/** The result of `server/discover` of an upstream that is written by hand. */
export const DISCOVERED: JSONObject = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  serverInfo: { name: "liar", version: "1" },
};

/** That of its `initialize`. */
export const OPENED: JSONObject = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {} },
  serverInfo: { name: "liar", version: "1" },
};

/** `fetch` to an upstream that answers by hand: with a result for a method, a response, or nothing special. */
export const fetchOf = (
  answer: (method: string, message: Message, headers: Headers) => Response | object | undefined,
) =>
  (async (_url: unknown, init?: RequestInit): Promise<Response> => {
    if (init?.method !== "POST") return new Response(null, { status: 405 });
    const message: Message = JSON.parse(String(init.body));
    const { id, method } = message;
    const given = answer(method, message, new Headers(init.headers));
    if (given instanceof Response) return given;
    if (id === undefined || method === undefined) return new Response(null, { status: 202 });
    const usual = method === "server/discover" ? DISCOVERED : method === "initialize" ? OPENED : {};
    return Response.json({ jsonrpc: "2.0", id, result: { resultType: "complete", ...usual, ...given } });
  }) as typeof globalThis.fetch;

export interface Message {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}
