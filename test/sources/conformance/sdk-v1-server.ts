import { McpServer as SdkV1McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CreateMessageResultSchema, ElicitResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { addPrompts } from "../../fixtures/conformance/prompts.ts";
import { addResources } from "../../fixtures/conformance/resources.ts";
import { addContentTools } from "../../fixtures/conformance/tools-content.ts";
import { addNotifyingTools } from "../../fixtures/conformance/tools-notifying.ts";
import { addPushTools } from "../../fixtures/conformance/tools-push.ts";

type AnyHandler = (...args: unknown[]) => unknown;
interface Extra {
  readonly _meta?: unknown;
  readonly sendNotification: AnyHandler;
  readonly closeSSEStream?: () => void;
  sendRequest(request: object, schema: z.ZodType): Promise<unknown>;
}

/** A server of SDK v1 with everything that the suite's 2025 scenarios call. */
export function createV1ConformanceServer(): SdkV1McpServer {
  const capabilities = { logging: {}, completions: {}, resources: { subscribe: true } };
  const server = new SdkV1McpServer({ name: "conformance-v1", version: "1.0.0" }, { capabilities });
  const registrar = registrarOf(server);
  addContentTools(registrar);
  addNotifyingTools(registrar);
  addPushTools(registrar);
  addResources(registrar);
  addPrompts(registrar);
  return server;
}

/** Registers on a server of SDK v1 what is written for SDK v2: handlers get its context. */
function registrarOf(server: SdkV1McpServer): McpServer {
  const toContext = (extra: Extra) => ({
    mcpReq: {
      _meta: extra._meta,
      notify: extra.sendNotification,
      log: (level: "info", data: unknown) =>
        extra.sendNotification({ method: "notifications/message", params: { level, data } }),
      requestSampling: (params: object) =>
        extra.sendRequest({ method: "sampling/createMessage", params }, CreateMessageResultSchema as never),
      elicitInput: (params: object) =>
        extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema as never),
    },
    http: { closeSSE: extra.closeSSEStream },
  });
  const adapted =
    (handler: AnyHandler): AnyHandler =>
    (...args) =>
      handler(...args.slice(0, -1), toContext(args.at(-1) as Extra));
  const shapeOf = (schema: unknown) => (schema instanceof z.ZodObject ? schema.shape : undefined);
  const registrar = {
    registerTool: (name: string, { inputSchema, ...config }: { inputSchema?: unknown }, handler: AnyHandler) =>
      server.registerTool(
        name,
        { ...config, ...(inputSchema !== undefined && { inputSchema: shapeOf(inputSchema) }) } as never,
        adapted(handler) as never,
      ),
    registerPrompt: (name: string, { argsSchema, ...config }: { argsSchema?: unknown }, handler: AnyHandler) =>
      server.registerPrompt(
        name,
        { ...config, ...(argsSchema !== undefined && { argsSchema: shapeOf(argsSchema) }) } as never,
        adapted(handler) as never,
      ),
    registerResource: (name: string, uri: unknown, config: object, handler: AnyHandler) =>
      server.registerResource(name, uri as never, config, handler as never),
    server: {
      setRequestHandler: (method: string, handler: AnyHandler) =>
        server.server.setRequestHandler(z.looseObject({ method: z.literal(method) }) as never, handler as never),
    },
  };
  return registrar as unknown as McpServer;
}
