import type { AuthInfo } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../http/http-handler.ts";
import { errorResponse, JsonRpcCode, requestIdOf } from "../http/json-rpc.ts";
import { absoluteUrl, fromWebResponse } from "../http/web-fetch.ts";
import type { ProtocolHandler } from "../server/mcp-request.ts";
import { withoutNotifications } from "./without-notifications.ts";

/** A module that serves MCP over web requests by itself, such as the result of the SDK's `createMcpHandler`. */
export interface FetchModule {
  readonly fetch: (request: Request, options?: { authInfo?: AuthInfo; parsedBody?: unknown }) => Promise<Response>;
}

/** Whether a module's default export serves web requests by itself. */
export const isFetchModule = (server: object): server is FetchModule =>
  typeof server === "object" &&
  server !== null &&
  "fetch" in server &&
  typeof server.fetch === "function" &&
  !("createServer" in server);

/** Serves messages through a module's own `fetch`. It gets the message as a body, and as the SDK takes a parsed one. */
export function createFetchHandler(module: FetchModule): ProtocolHandler {
  return {
    async serve({ request, message, authInfo, signal, canStream, lifetime, maxOutputBytes, reportFailure }) {
      lifetime.isAnswering = requestIdOf(message) !== null;
      // The length is that of the body as the client wrote it.
      const { "content-length": _length, ...headers } = request.headers;
      const body = JSON.stringify(message);
      const webRequest = new Request(absoluteUrl(request), { method: request.method, headers, signal, body });
      const response = await module.fetch(webRequest, { parsedBody: message, ...(authInfo && { authInfo }) });
      const { status } = response;
      if (!(status >= 200 && status <= 599))
        throw new Error(`The server's fetch answered with ${status}, which is no status.`);
      if (status >= 500) reportFailure(new Error(`The server's fetch answered with ${status}.`));
      const whole = await fromWebResponse(response);
      return withinLimit(canStream ? whole : await withoutNotifications(whole), maxOutputBytes, message);
    },
  };
}

/** The response, or an error in its place where its body is too large. A stream has no length. */
function withinLimit(response: HttpResponse, maxBytes: number, message: unknown): HttpResponse {
  const { body } = response;
  if (typeof body !== "string" || Buffer.byteLength(body) <= maxBytes) return response;
  const text = `The response is too large: ${maxBytes} bytes are the most that is sent. Ask for less of it.`;
  return errorResponse(200, { code: JsonRpcCode.INTERNAL_ERROR, message: text, id: requestIdOf(message) });
}
