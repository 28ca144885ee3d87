import { ProtocolErrorCode } from "@modelcontextprotocol/server";
import { CLIENT_LEFT } from "../http/record/response-outcome.ts";
import type { SingleCallRules } from "../server/single-call.ts";

/** The rules of MCP 2026-07-28 for a request that is answered without the SDK's own entry. */
export const DIRECT_CALL_RULES: SingleCallRules = {
  cancelsWithClient: true,
  abandoned: { status: CLIENT_LEFT, headers: {} },
  // MCP 2026-07-28, Streamable HTTP; `LADDER_ERROR_HTTP_STATUS` of the SDK.
  refusalStatus: new Map([
    [ProtocolErrorCode.ParseError, 400],
    [ProtocolErrorCode.InvalidRequest, 400],
    [ProtocolErrorCode.MethodNotFound, 404],
    [ProtocolErrorCode.UnsupportedProtocolVersion, 400],
    // A malformed envelope: the SDK's own entry refuses it before it builds a server, in words of its own.
    [ProtocolErrorCode.InvalidParams, undefined],
  ]),
  // The one error of a handler that the specification gives a status (MCP 2026-07-28, Capabilities).
  handlerErrorStatus: new Map([[ProtocolErrorCode.MissingRequiredClientCapability, 400]]),
  /** MCP 2026-07-28 has no requests from servers, and the SDK sends none. */
  onServerRequest() {},
};
