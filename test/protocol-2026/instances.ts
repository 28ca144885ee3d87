import { OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../src/adapter.ts";
import { createMcpEndpoint, type McpEndpointOptions, type ServerFactory } from "../../src/index.ts";
import { type Caller, type CallOptions, callerOf, modernCall } from "../support/messages.ts";

/** Takes any name as the token of the user of that name. */
export const anyUser: OAuthTokenVerifier = {
  async verifyAccessToken(token) {
    if (token === "") throw new OAuthError(OAuthErrorCode.InvalidToken, "There is no token.");
    return { token, clientId: "test", scopes: [], expiresAt: Date.now() / 1000 + 3600, extra: { sub: token } };
  },
};

/** An instance of a server. Instances with one store serve as one. */
export const instanceOf = (createServer: ServerFactory, options: McpEndpointOptions): Caller =>
  callerOf(createMcpEndpoint(createServer, { logLevel: "silent", ...options }));

/** The same request with something about it changed. */
export function withOptions([message, options]: [unknown, CallOptions], more: CallOptions): [unknown, CallOptions] {
  return [message, { ...options, ...more, headers: { ...options.headers, ...more.headers } }];
}

/** A subscription as its client reads it. */
export interface Listener {
  readonly response: HttpResponse;
  /** The next message; undefined when the stream has ended. */
  next(): Promise<Record<string, unknown> | undefined>;
  /** The client goes away. */
  leave(): Promise<void>;
}

/** Listens, and has read the acknowledgement. */
export async function listen(call: Caller, notifications: object, options: CallOptions = {}): Promise<Listener> {
  const response = await call(...withOptions(modernCall("subscriptions/listen", { notifications }), options));
  if (typeof response.body !== "object") return { response, next: async () => undefined, leave: async () => {} };
  const chunks = response.body[Symbol.asyncIterator]();
  const messages: Array<Record<string, unknown>> = [];
  const listener: Listener = {
    response,
    async next() {
      while (messages.length === 0) {
        const { done, value } = await chunks.next();
        if (done) return undefined;
        messages.push(...[...value.matchAll(/^data: (.+)$/gm)].map(([, json]) => JSON.parse(json ?? "")));
      }
      return messages.shift();
    },
    async leave() {
      await chunks.return?.();
    },
  };
  await listener.next();
  return listener;
}

/** The result of a tool that returns text. */
export const textResult = (text: string): { content: [{ type: "text"; text: string }] } => ({
  content: [{ type: "text", text }],
});
