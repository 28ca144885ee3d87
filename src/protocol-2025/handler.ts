import type { ProtocolHandler } from "../server/mcp-request.ts";
import type { SessionOptions } from "./sessions/session-context.ts";
import type { SessionHandler } from "./sessions/session-handler.ts";
import { createStatelessHandler, type StatelessContext } from "./stateless.ts";

/** GET and DELETE are served where there are sessions. */
export type Protocol2025Handler = ProtocolHandler & Partial<SessionHandler>;

/** Serves MCP 2025-03-26 to 2025-11-25: with sessions where there is a store to keep them, otherwise without. */
export const createProtocol2025Handler = (options: SessionOptions | StatelessContext): Protocol2025Handler =>
  "store" in options ? createLazySessionHandler(options) : createStatelessHandler(options);

/** A handler that loads the code of sessions with the first request that needs it, and is the loaded one from then on. */
function createLazySessionHandler(options: SessionOptions): SessionHandler {
  let loading: Promise<SessionHandler> | undefined;
  const load = (): Promise<SessionHandler> => {
    loading ??= import("./sessions/session-handler.ts").then((module) =>
      Object.assign(handler, module.createSessionHandler(options)),
    );
    return loading;
  };
  const handler: SessionHandler = {
    serve: async (request) => (await load()).serve(request),
    openStream: async (request) => (await load()).openStream(request),
    resumesRequest: async (request) => (await load()).resumesRequest(request),
    endSession: async (request) => (await load()).endSession(request),
  };
  return handler;
}
