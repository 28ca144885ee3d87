import {
  McpServer as SdkV1McpServer,
  ResourceTemplate as SdkV1Template,
} from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer, ResourceTemplate, Server } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import type { ServerFactory } from "../../src/index.ts";
import { type Behaviour, behave, type Sender } from "./behaviour.ts";

export const SERVER_KINDS = ["SDK v2", "SDK v2, low-level", "SDK v1"] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

export type Primitive =
  | "tool"
  | "tool with an output schema"
  | "prompt"
  | "resource"
  | "resource of a template"
  | "completion"
  | "list of tools"
  | "list of resources";

interface Request {
  readonly method: string;
  readonly params: { readonly name?: string; readonly uri?: string; readonly [more: string]: unknown };
}

const act = { name: "act", arguments: {} };
const completed = { ref: { type: "ref/prompt", name: "act" }, argument: { name: "word", value: "a" } };

/** A request for each primitive. */
export const PRIMITIVES: Readonly<Record<Primitive, Request>> = {
  tool: { method: "tools/call", params: act },
  "tool with an output schema": { method: "tools/call", params: { ...act, name: "structured" } },
  prompt: { method: "prompts/get", params: act },
  resource: { method: "resources/read", params: { uri: "act://one" } },
  "resource of a template": { method: "resources/read", params: { uri: "acts://two" } },
  completion: { method: "completion/complete", params: completed },
  "list of tools": { method: "tools/list", params: {} },
  "list of resources": { method: "resources/list", params: {} },
};

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: {},
  resources: {},
  completions: {},
  logging: {},
};

type Place = Exclude<Behaviour["place"], "whole">;

const RESULTS: Readonly<Record<string, (value: unknown, place: Place) => unknown>> = {
  "tools/call": (value, place) => ({
    content: [{ type: "text", text: place === "content" ? value : "done" }],
    ...(place === "structured" && { structuredContent: { value } }),
    ...(place === "meta" && { _meta: { value } }),
  }),
  "prompts/get": (value, place) => ({
    messages: [{ role: "user", content: { type: "text", text: place === "content" ? value : "done" } }],
    ...(place !== "content" && { _meta: { value } }),
  }),
  "resources/read": (value, place) => ({
    contents: [{ uri: "act://one", text: place === "content" ? value : "done" }],
    ...(place !== "content" && { _meta: { value } }),
  }),
  "completion/complete": (value, place) => ({
    completion: { values: place === "content" ? [value] : ["done"] },
    ...(place !== "content" && { _meta: { value } }),
  }),
  "tools/list": (value, place) => ({
    tools: place === "structured" ? [value] : [{ name: "act", inputSchema: { type: "object" }, description: value }],
    ...(place === "meta" && { _meta: { value } }),
  }),
  "resources/list": (value, place) => ({
    resources: [{ uri: "act://one", name: place === "content" ? value : "one" }],
    ...(place !== "content" && { _meta: { value } }),
  }),
};

/** A server whose handlers of every primitive behave in one way. */
export function createServerOf(kind: ServerKind, behaviour: Behaviour): ServerFactory {
  if (kind === "SDK v1") return () => sdkV1Server(behaviour);
  return kind === "SDK v2" ? () => sdkV2Server(behaviour) : () => lowLevelServer(behaviour);
}

type Context = { readonly mcpReq: { readonly id: string | number; notify(message: object): Promise<void> } };

/** Handlers return whatever they like: that is the test. */
type Act = <Result>(method: string, context: unknown) => Promise<Result>;

function actOf(behaviour: Behaviour, senderOf: (context: never) => Sender): Act {
  return <Result>(method: string, context: unknown) =>
    behave(behaviour, senderOf(context as never), RESULTS[method] as never) as Promise<Result>;
}

const v2Sender =
  (server: Pick<Server, "notification" | "request">) =>
  ({ mcpReq }: Context): Sender => ({
    notify: (method, params, related) =>
      related ? mcpReq.notify({ method, params }) : server.notification({ method, params } as never),
    ping: async (related) => server.request({ method: "ping" }, related ? { relatedRequestId: mcpReq.id } : {}),
  });

function sdkV2Server(behaviour: Behaviour): McpServer {
  const server = new McpServer({ name: "acting", version: "1.0.0" }, { capabilities: CAPABILITIES });
  const act = actOf(behaviour, v2Sender(server.server));
  server.registerTool("act", {}, (context) => act("tools/call", context));
  const outputSchema = z.object({ value: z.unknown() });
  server.registerTool("structured", { outputSchema }, (context) => act("tools/call", context));
  server.registerPrompt("act", { argsSchema: z.object({ word: z.string().optional() }) }, (_args, context) =>
    act("prompts/get", context),
  );
  server.registerResource("one", "act://one", {}, (_uri, context) => act("resources/read", context));
  const list = (context: unknown): Promise<never> => act("resources/list", context);
  server.registerResource("two", new ResourceTemplate("acts://{id}", { list }), {}, (_uri, _variables, context) =>
    act("resources/read", context),
  );
  server.server.setRequestHandler("completion/complete", (_request, context) => act("completion/complete", context));
  return server;
}

function lowLevelServer(behaviour: Behaviour): Server {
  const server = new Server({ name: "acting", version: "1.0.0" }, { capabilities: CAPABILITIES });
  const act = actOf(behaviour, v2Sender(server));
  for (const method of Object.keys(RESULTS)) {
    server.setRequestHandler(method as "tools/call", (_request, context) => act(method, context));
  }
  return server;
}

interface V1Context {
  readonly requestId: string | number;
  sendNotification(message: object): Promise<void>;
}

function sdkV1Server(behaviour: Behaviour): SdkV1McpServer {
  const server = new SdkV1McpServer({ name: "acting", version: "1.0.0" }, { capabilities: CAPABILITIES });
  const act = actOf(behaviour, ({ sendNotification }: V1Context) => ({
    notify: (method, params, related) =>
      related ? sendNotification({ method, params }) : server.server.notification({ method, params } as never),
    ping: async () => server.server.ping(),
  }));
  server.registerTool("act", {}, (context) => act("tools/call", context));
  server.registerTool("structured", { outputSchema: { value: z.unknown() } }, (context) => act("tools/call", context));
  server.registerPrompt("act", { argsSchema: { word: z.string().optional() } }, (_args, context) =>
    act("prompts/get", context),
  );
  server.registerResource("one", "act://one", {}, (_uri, context) => act("resources/read", context));
  const list = (context: unknown): Promise<never> => act("resources/list", context);
  server.registerResource("two", new SdkV1Template("acts://{id}", { list }), {}, (_uri, _variables, context) =>
    act("resources/read", context),
  );
  return server;
}
