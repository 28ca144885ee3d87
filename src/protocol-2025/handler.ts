import type { ProtocolHandler } from "../server/mcp-request.ts";
import type { SessionContext } from "./sessions/session-context.ts";
import { createSessionHandler, type SessionHandler } from "./sessions/session-handler.ts";
import { createStatelessHandler, type StatelessContext } from "./stateless.ts";

/** GET and DELETE are served where there are sessions. */
export type Protocol2025Handler = ProtocolHandler & Partial<SessionHandler>;

/** Serves MCP 2025-03-26 to 2025-11-25: with sessions where there is a store to keep them, otherwise without. */
export const createProtocol2025Handler = (context: SessionContext | StatelessContext): Protocol2025Handler =>
  "sessions" in context ? createSessionHandler(context) : createStatelessHandler(context);
