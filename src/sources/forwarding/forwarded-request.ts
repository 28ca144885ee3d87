import type { RequestMeta } from "@modelcontextprotocol/server";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The client of a request, as it declared itself: with `initialize`, or in the request. */
export interface DeclaredClient {
  readonly capabilities: JsonObject;
  /** Absent where it did not say. */
  readonly info?: { readonly name: string; readonly version: string } | undefined;
  /** The least level of log messages that it asked for. */
  readonly logLevel?: string | undefined;
}

/** A request of a client on its way to the server that it is for. */
export interface ForwardedRequest {
  readonly era: "modern" | "legacy";
  readonly method: string;
  /** As the client sent them. `_meta` is without the fields that the protocol reserves. */
  readonly params: JsonObject & { readonly _meta?: RequestMeta };
  readonly client: DeclaredClient;
  /** The session of the client here, in the 2025 protocols. */
  readonly sessionId?: string | undefined;
  /** Fires when the client cancelled, or left. */
  readonly signal: AbortSignal;
  /** Closes the stream of the response, for the client to come back to it (SEP-1699). Absent where it cannot. */
  readonly closeStream?: (() => void) | undefined;
  /** Passes a notification on to the client, as one that belongs to the request. */
  notify(notification: { readonly method: string; readonly params?: unknown }): Promise<void>;
  /** Asks the client something for the server. Rejects where the client cannot be asked. */
  ask(request: { readonly method: string; readonly params?: unknown }): Promise<JsonObject>;
}

/** Answers a request with the result of the server that it is for. Throws ProtocolError, whose code the client sees. */
export type Forward = (request: ForwardedRequest) => Promise<JsonObject>;

/** A request of 2026-07-28 for a server of the 2025 protocols, which must not ask its client: that is asked by results alone. */
export const withoutQuestions = (request: ForwardedRequest): ForwardedRequest => ({
  ...request,
  client: { ...request.client, capabilities: {} },
});
