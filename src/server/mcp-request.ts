import type { InboundClassificationOutcome } from "@modelcontextprotocol/server";
import type { RequestContext } from "../auth/request-context.ts";
import type { HttpResponse } from "../http/http-handler.ts";
import type { MessageInterceptor } from "./message-interceptor.ts";

/** One POST whose body was parsed and authorized, on its way to a server. */
export interface McpRequest extends RequestContext {
  /** The parsed JSON of the body. */
  readonly message: unknown;
  /** The protocol era of the message in the SDK's terms, or why it belongs to none. */
  readonly inbound: InboundClassificationOutcome;
  /** Intercepts messages of every server that handles this request. */
  readonly interceptor?: MessageInterceptor;
  /** Fires when nobody waits for the response any more: the client left, or the platform's time is up. */
  readonly signal: AbortSignal;
  /** Whether the headers plainly repeat the body, so that only a server is needed to answer the request. */
  readonly isPlain: boolean;
  /** False when the response must be one JSON body. */
  readonly canStream: boolean;
  /** Largest response in bytes of JSON. */
  readonly maxOutputBytes: number;
  /** Logs why the response is a 5xx. The client is not told. */
  readonly reportFailure: (error: unknown) => void;
  /** How the response ends and begins, as its handler sets it. */
  readonly lifetime: ResponseFacts;
}

export interface ResponseFacts {
  /** The response ends by itself when the platform's time is up. Any other is cut then. */
  endsAtDeadline: boolean;
  /**
   * A server is to answer a request: the response may become a stream, with status 200, before the answer is there.
   * Anything else, such as 404 for a session or 202 for a reply, is told by its status, however long that takes.
   */
  isAnswering: boolean;
}

/** A GET that opens or resumes a stream. */
export interface StreamRequest extends RequestContext {
  /** Fires when nobody reads the stream any more. */
  readonly signal: AbortSignal;
  /** Logs a failure while the stream is open. */
  readonly reportFailure: (error: unknown) => void;
}

/** Serves the messages of one protocol era. */
export interface ProtocolHandler {
  /** An error that it throws becomes an internal error; an unavailable store becomes a 503. */
  serve(mcpRequest: McpRequest): Promise<HttpResponse>;
}
