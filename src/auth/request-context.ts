import type { AuthInfo } from "@modelcontextprotocol/server";
import type { HttpRequest, Invocation } from "../http/http-handler.ts";
import type { RequestLogFields } from "../http/record/log-fields.ts";
import type { Caller } from "./caller.ts";
import type { Principal } from "./principal.ts";

/** A request whose sender is not known yet. */
export interface UnauthenticatedRequest {
  readonly request: HttpRequest;
  readonly invocation: Invocation;
  /** Filled while the request is served, and written with its log line. */
  readonly logFields: RequestLogFields;
}

/** A request whose sender was authenticated, or may be anybody. */
export interface RequestContext extends UnauthenticatedRequest {
  /** The verified token, where one is required. */
  readonly authInfo?: AuthInfo;
  readonly caller: Caller;
  /** The caller's. Sessions, handles and limits belong to it. */
  readonly principal: Principal;
}
