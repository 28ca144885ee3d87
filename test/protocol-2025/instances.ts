import type { HttpResponse, Invocation } from "../../src/adapter.ts";
import { createEndpoint, type EndpointTimes } from "../../src/endpoint.ts";
import type { McpEndpointOptions, ServerFactory } from "../../src/index.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { StateStore } from "../../src/store/store.ts";
import { type Caller, callerOf, legacyRequest, messagesOf } from "../support/messages.ts";
import { readStream, type StreamReader } from "./stream-reader.ts";

/** Instances of one server that share a store and nothing else. */
export interface InProcessInstances {
  readonly store: StateStore;
  readonly instances: readonly [Caller, Caller, Caller];
  /** Opens a session at the first instance. */
  open(options?: OpenOptions): Promise<ClientSession>;
}

interface OpenOptions {
  readonly protocolVersion?: string;
  readonly capabilities?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A session as its client sees it. `at` is the number of the instance that the request reaches. */
export interface ClientSession {
  readonly id: string;
  send(at: number, message: object | readonly object[], options?: SendOptions): Promise<HttpResponse>;
  /** Sends a request and reads the one message of its answer. */
  ask(at: number, method: string, params?: object): Promise<Record<string, unknown>>;
  call(at: number, tool: string, args?: object, options?: SendOptions): Promise<HttpResponse>;
  /** Opens the standalone stream, or resumes a stream. */
  get(at: number, lastEventId?: string, invocation?: Partial<Invocation>): Promise<HttpResponse>;
  listen(at: number, lastEventId?: string, invocation?: Partial<Invocation>): Promise<StreamReader>;
  end(at: number): Promise<HttpResponse>;
}

interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly invocation?: Partial<Invocation>;
}

export function startInstances(
  factory: ServerFactory,
  { store = createMemoryStore(), ...options }: McpEndpointOptions = {},
  times: EndpointTimes = {},
): InProcessInstances {
  const instance = (): Caller => callerOf(createEndpoint(factory, { logLevel: "silent", ...options, store }, times));
  const instances = [instance(), instance(), instance()] as const;
  return {
    store: store as StateStore,
    instances,
    open: (open) => openSession(instances, open),
  };
}

export async function openSession(
  instances: readonly Caller[],
  { protocolVersion = "2025-11-25", capabilities = {}, headers: own = {} }: OpenOptions = {},
): Promise<ClientSession> {
  const clientInfo = { name: "test-client", version: "1.2.3" };
  const initialize = legacyRequest("initialize", { protocolVersion, capabilities, clientInfo });
  const opened = await (instances[0] as Caller)(initialize, { headers: own });
  const id = opened.headers["mcp-session-id"];
  if (id === undefined) throw new Error(`no session: ${opened.status} ${opened.body}`);
  return resumedSession(instances, id, { protocolVersion, headers: own });
}

/** A session that was opened before. */
export function resumedSession(
  instances: readonly Caller[],
  id: string,
  { protocolVersion = "2025-11-25", headers: own = {} }: OpenOptions = {},
): ClientSession {
  const at = (instance: number): Caller => instances[instance % instances.length] as Caller;
  const headers = { "mcp-session-id": id, "mcp-protocol-version": protocolVersion, ...own };
  const session: ClientSession = {
    id,
    send: (instance, message, options) =>
      at(instance)(message, { ...options, headers: { ...headers, ...options?.headers } }),
    async ask(instance, method, params = {}) {
      const [answer] = await messagesOf(await session.send(instance, legacyRequest(method, params)));
      return answer ?? {};
    },
    call: (instance, name, args = {}, options) =>
      session.send(instance, legacyRequest("tools/call", { name, arguments: args }), options),
    get: (instance, lastEventId, invocation = {}) =>
      at(instance)(undefined, {
        method: "GET",
        headers: { ...headers, accept: "text/event-stream", ...(lastEventId && { "last-event-id": lastEventId }) },
        invocation,
      }),
    listen: async (instance, lastEventId, invocation) =>
      readStream(await session.get(instance, lastEventId, invocation)),
    end: (instance) => at(instance)(undefined, { method: "DELETE", headers }),
  };
  return session;
}
