import { type AuthInfo, OAuthError, OAuthErrorCode } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../src/adapter.ts";
import {
  type AuditRecord,
  createMcpEndpoint,
  createMemoryStore,
  type McpEndpointOptions,
  type ServerDefinition,
} from "../../src/index.ts";
import { type Caller, type CallOptions, callerOf, legacyRequest, messagesOf, modernCall } from "../support/messages.ts";
import { type Calls, createV1Tools, createV2Tools } from "./tool-servers.ts";

/** The caller, by the contents of a token that the test's verifier accepts. */
export interface Who {
  readonly sub?: string;
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The endpoint under test and what is seen of it. */
export interface Guarded {
  /** Sends a request with the token of a caller; without a caller, without a token. */
  ask(who: Who | undefined, method: string, params?: object, options?: CallOptions): Promise<HttpResponse>;
  /** Calls a tool and reads the one message of the answer. */
  call(who: Who | undefined, tool: string, args?: object): Promise<Record<string, unknown>>;
  /** Names in the list of tools. */
  list(who: Who | undefined): Promise<string[]>;
  /** Anything, in the session where there is one. */
  send(who: Who | undefined, message: unknown, options?: CallOptions): Promise<HttpResponse>;
  readonly records: AuditRecord[];
  readonly calls: Calls;
}

type Rules = Omit<ServerDefinition, "createServer" | "audit"> & Partial<Pick<ServerDefinition, "createServer">>;

/** A way on which requests reach a server. */
export interface Route {
  readonly sdk: 1 | 2;
  readonly era: "modern" | "legacy";
  readonly sessions: boolean;
  open(rules: Rules, options?: McpEndpointOptions & { readonly isOpen?: boolean }): Guarded;
}

const ISSUER = "https://issuer.example";

/** Accepts a token that says what it should prove. */
const verifier = {
  async verifyAccessToken(token: string): Promise<AuthInfo> {
    if (!token.startsWith("e")) throw new OAuthError(OAuthErrorCode.InvalidToken, "no");
    const { sub, clientId = "client", scopes = [], claims = {} } = JSON.parse(atob(token)) as Who;
    const extra = { iss: ISSUER, ...(sub !== undefined && { sub }), ...claims };
    return { token, clientId, scopes: [...scopes], expiresAt: Date.now() / 1000 + 60, extra };
  },
};

const bearer = (who: Who | undefined): Record<string, string> =>
  who ? { authorization: `Bearer ${btoa(JSON.stringify(who))}` } : {};

function route(sdk: Route["sdk"], era: Route["era"], sessions: boolean): Route {
  return {
    sdk,
    era,
    sessions,
    open(rules, { isOpen = false, ...options } = {}) {
      const [records, calls]: [AuditRecord[], Calls] = [[], []];
      const createServer = () => (sdk === 2 ? createV2Tools(calls) : createV1Tools(calls));
      const definition = { createServer, ...rules, audit: (record: AuditRecord) => records.push(record) };
      const endpoint = createMcpEndpoint(isOpen ? definition : { verifier, ...definition }, {
        logLevel: "silent",
        publicUrl: "https://mcp.example/mcp",
        ...(sessions && { store: createMemoryStore() }),
        ...options,
      });
      const guarded = guardedBy(callerOf(endpoint), { era, sessions });
      return { ...guarded, records, calls };
    },
  };
}

function guardedBy(at: Caller, { era, sessions }: Pick<Route, "era" | "sessions">): Omit<Guarded, "records" | "calls"> {
  const opened = new Map<string, Promise<string>>();
  async function open(who: Who | undefined, options: CallOptions): Promise<string> {
    const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const { headers } = await at(legacyRequest("initialize", params), { ...options, headers: bearer(who) });
    return headers["mcp-session-id"] ?? "none";
  }
  async function send(who: Who | undefined, message: unknown, options: CallOptions = {}): Promise<HttpResponse> {
    const key = JSON.stringify(who ?? null);
    const session = sessions ? (opened.get(key) ?? open(who, options)) : undefined;
    if (session) opened.set(key, session);
    const own = { ...bearer(who), ...(session && { "mcp-session-id": await session }) };
    return at(message, { ...options, headers: { ...own, ...options.headers } });
  }
  async function ask(
    who: Who | undefined,
    method: string,
    params: { name?: string } & Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<HttpResponse> {
    if (era === "legacy") return send(who, legacyRequest(method, params), options);
    const [message, { headers }] = modernCall(method, params);
    return send(who, message, { ...options, headers: { ...headers, ...options.headers } });
  }
  const only = async (response: HttpResponse): Promise<Record<string, unknown>> =>
    (await messagesOf(response)).at(-1) ?? {};
  return {
    send,
    ask,
    call: async (who, name, args = {}) => only(await ask(who, "tools/call", { name, arguments: args })),
    async list(who) {
      const { result } = await only(await ask(who, "tools/list"));
      return (result as { tools: Array<{ name: string }> }).tools.map(({ name }) => name);
    },
  };
}

export const ROUTES: ReadonlyArray<readonly [string, Route]> = [
  ["2026-07-28 and SDK v2", route(2, "modern", false)],
  ["2025, SDK v2, without sessions", route(2, "legacy", false)],
  ["2025, SDK v2, with sessions", route(2, "legacy", true)],
  ["2025, SDK v1, without sessions", route(1, "legacy", false)],
  ["2025, SDK v1, with sessions", route(1, "legacy", true)],
];
export const V2_ROUTES: typeof ROUTES = ROUTES.filter(([, { sdk }]) => sdk === 2);
export const MODERN = ROUTES[0]?.[1] as Route;
