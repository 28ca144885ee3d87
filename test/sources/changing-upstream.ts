import { McpServer as V1Server } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { SubscribeRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import type { Era } from "./source-client.ts";

/** A server whose tools and resources change, as its SDK alone serves it. */
export interface ChangingUpstream {
  readonly fetch: typeof fetch;
  /** Ends each stream that is open and belongs to no request. */
  readonly open: ReadonlySet<() => void>;
  /** While true, it refuses to open such streams. */
  isAway: boolean;
  addTool(name: string): void;
  update(uri: string): void;
}

type Serve = (request: Request) => Promise<Response>;

/** Keeps account of streams that belong to no request. */
function watched(serve: Serve): Pick<ChangingUpstream, "fetch" | "open" | "isAway"> {
  const open = new Set<() => void>();
  const upstream = { open, isAway: false, fetch: fetch as typeof globalThis.fetch };
  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const body = request.method === "POST" ? await request.clone().text() : "";
    const isStandalone = request.method === "GET" || body.includes('"subscriptions/listen"');
    if (isStandalone && upstream.isAway) return new Response(null, { status: 503 });
    const response = await serve(request);
    if (!isStandalone || !response.ok || !response.body) return response;
    const cut = new AbortController();
    // It refers to the request, because Node.js aborts the signal of one only while something does.
    const end = (): void => cut.abort(new Error(`The stream of ${request.url} is cut.`));
    open.add(end);
    const { readable, writable } = new TransformStream();
    void response.body
      .pipeTo(writable, { signal: AbortSignal.any([cut.signal, request.signal]) })
      .catch(() => {})
      .finally(() => open.delete(end));
    return new Response(readable, response);
  }
  return upstream;
}

const text = { content: [{ type: "text" as const, text: "found" }] };
const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: "Ada" }] });

function createModern(): ChangingUpstream {
  const tools = ["find"];
  const handler = createMcpHandler(
    () => {
      const capabilities = { resources: { subscribe: true, listChanged: true } };
      const server = new McpServer({ name: "crm", version: "1.0.0" }, { capabilities });
      for (const name of tools) server.registerTool(name, {}, async () => text);
      server.registerResource("customer", "crm://1", {}, read);
      return server;
    },
    { legacy: "reject", keepAliveMs: 0 },
  );
  return Object.assign(
    watched((request) => handler.fetch(request)),
    {
      addTool(name: string) {
        tools.push(name);
        handler.notify.toolsChanged();
      },
      update: (uri: string) => handler.notify.resourceUpdated(uri),
    },
  );
}

interface V1Session {
  readonly server: V1Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly subscribed: Set<string>;
}

/** Each session has a server of its own. */
function createLegacy(): ChangingUpstream {
  const tools = ["find"];
  const sessions = new Map<string, V1Session>();

  async function open(): Promise<V1Session> {
    const server = new V1Server(
      { name: "crm", version: "1.0.0" },
      { capabilities: { resources: { subscribe: true } } },
    );
    const subscribed = new Set<string>();
    for (const name of tools) server.registerTool(name, {}, async () => text);
    server.registerResource("customer", "crm://1", {}, read);
    server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
      subscribed.add(params.uri);
      return {};
    });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const session = { server, transport, subscribed };
    await server.connect(transport as Parameters<V1Server["connect"]>[0]);
    return session;
  }

  const serve: Serve = async (request) => {
    const id = request.headers.get("mcp-session-id");
    const session = id === null ? await open() : sessions.get(id);
    return session?.transport.handleRequest(request) ?? new Response(null, { status: 404 });
  };
  return Object.assign(watched(serve), {
    addTool(name: string) {
      tools.push(name);
      // The SDK tells the client of each session.
      for (const { server } of sessions.values()) server.registerTool(name, {}, async () => text);
    },
    update(uri: string) {
      for (const { server, subscribed } of sessions.values())
        if (subscribed.has(uri)) void server.server.sendResourceUpdated({ uri });
    },
  });
}

/** A server of SDK v2, or of SDK v1 with sessions. */
export const createChangingUpstream = (era: Era): ChangingUpstream =>
  era === "2026-07-28" ? createModern() : createLegacy();
