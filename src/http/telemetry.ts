import type { JSONRPCMessage, JSONRPCRequest } from "@modelcontextprotocol/server";
import type { HttpRequest, Invocation } from "./http-handler.ts";
import type { RequestRecord } from "./record/request-record.ts";
import type { SpanIdentity } from "./span-identity.ts";

/** Observes what an endpoint does. Nothing that it does fails or delays a request. */
export interface Telemetry {
  /** Begins the span of a request or notification of a client. */
  startMessage(message: ObservedMessage): MessageSpan;
  /** Begins the span of a server's request to its client, and gives back the request with the span's context in `_meta`. */
  startServerRequest(request: JSONRPCRequest, protocolVersion: string): ObservedServerRequest;
  /** Begins the span of a worker's attempt at a task. */
  startAttempt(attempt: ObservedAttempt): MessageSpan;
  /** Runs a step of a task in a span of its own. */
  step<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
  /** Begins an operation of the store; the result is called when it has ended. Undefined where none are observed. */
  startStoreOperation(operation: string): ((error?: unknown) => void) | undefined;
  /** Sends what is ready. Settles within a bounded time; never rejects. Undefined where there is nothing to wait for. */
  flush(invocation: Pick<Invocation, "exclusive" | "stopping">): Promise<void> | undefined;
}

/** A message as it came. Everything in it is a caller's word. */
export interface ObservedMessage {
  readonly request: Pick<HttpRequest, "headers">;
  readonly invocation: Invocation;
  readonly message: JSONRPCMessage;
  /** Whether the server is known to have the tool or prompt that a method names. */
  readonly isKnown: (mcpMethod: string, mcpName: string) => boolean;
}

/** The end of a message or an attempt, as its record tells of it. */
export type MessageEnd = Pick<RequestRecord, "outcome" | "errorCode" | "mcpMethod" | "mcpName" | "protocolVersion"> &
  Partial<Pick<RequestRecord, "taskStatus">>;

/** The span of a message, whose handlers run in its context. */
export interface MessageSpan {
  /** Undefined where no SDK records spans. */
  readonly identity: SpanIdentity | undefined;
  run<Result>(work: () => Result): Result;
  /** Takes the response, where contents are recorded. */
  answered(response: JSONRPCMessage): void;
  end(end: MessageEnd): void;
}

export interface ObservedServerRequest {
  readonly request: JSONRPCRequest;
  /** `errorType` is absent where the client answered with a result. */
  end(errorType?: string): void;
}

export interface ObservedAttempt {
  readonly invocation: Invocation;
  readonly tool: string;
  readonly taskId: string;
  readonly attempt: number;
  /** `traceparent` of the call that began the task. */
  readonly startedBy: string | undefined;
  /** The time for which the task waited before this attempt. Unix times in milliseconds. */
  readonly waited: { readonly from: number; readonly until: number; readonly kind: string } | undefined;
}
