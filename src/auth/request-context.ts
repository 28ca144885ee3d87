import type { AuthInfo, InboundClassificationOutcome } from "@modelcontextprotocol/server";
import type { ServerGuard } from "../authorization/server-guard.ts";
import type { HttpRequest, HttpResponse, Invocation } from "../http/http-handler.ts";
import type { LightSignal } from "../http/light-signal.ts";
import type { RequestLogFields } from "../http/request-log.ts";
import type { Caller } from "./caller.ts";
import type { Principal } from "./principal.ts";

/** A request before anybody knows who sends it. */
export interface UnauthenticatedRequest {
  readonly request: HttpRequest;
  readonly invocation: Invocation;
  readonly notes: RequestLogFields;
}

/** A request that was let in. */
export interface RequestContext extends UnauthenticatedRequest {
  /** What the verified token says, where one is asked for. */
  readonly authInfo?: AuthInfo;
  readonly caller: Caller;
  /** The caller's, for what belongs to one. */
  readonly principal: Principal;
  /** What each server that answers this request is put behind. */
  readonly guard?: ServerGuard;
}

/** One POST to the endpoint, its body parsed, on its way to a server. */
export interface McpRequest extends RequestContext {
  /** The parsed JSON of the body. */
  readonly message: unknown;
  /** What the SDK makes of it: its era, or why it is of none. */
  readonly inbound: InboundClassificationOutcome;
  /** Fires when nobody waits for the answer any more: the client left, or the platform's time is up. */
  readonly abandoned: LightSignal;
  /** False when the answer must be one JSON body. */
  readonly canStream: boolean;
  /** Told why the answer is a 5xx, for the operator; the client is not. */
  readonly failed: (error: unknown) => void;
  /** Called by who ends the answer by itself, in its own words, when the platform's time is up; otherwise it is cut short. */
  readonly handlesItsDeadline: () => void;
}

/** A GET on its way to a stream. */
export interface StreamRequest extends RequestContext {
  /** Fires when nobody reads the stream any more. */
  readonly abandoned: AbortSignal;
  /** Told what fails while the stream is open, for the operator. */
  readonly failed: (error: unknown) => void;
}

/** Serves the messages of one protocol era. */
export interface ProtocolHandler {
  /** What it throws becomes an internal error, and a store that cannot be asked a 503. */
  serve(mcpRequest: McpRequest): Promise<HttpResponse>;
}
