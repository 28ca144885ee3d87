import type { JSONRPCRequest, JSONRPCResponse, ServerCapabilities } from "@modelcontextprotocol/server";
import type { HttpResponse } from "../../http/http-handler.ts";
import { errorResponse, JsonRpcCode, jsonResponse } from "../../http/json-rpc.ts";
import { recordAnswer } from "../../http/record/record-answer.ts";
import { toLimitedText } from "../../limits/output.ts";
import type { McpRequest } from "../../server/mcp-request.ts";
import { unreachableClient } from "../unreachable-client.ts";
import { openRestoredConnection } from "./restored-connection.ts";
import type { SessionContext } from "./session-context.ts";
import type { SessionRecord } from "./session-record.ts";

/**
 * Bytes that a session keeps of `initialize` at most, in JSON. Every request of the session reads them, and stores bill
 * reads by their size: 8 KB, with the rest of the record, are two units.
 */
const MAX_KEPT_BYTES = 6_144;

/** Serves `initialize`: the server's response, with the id of the session that was created for it. */
export async function openSession(
  context: SessionContext,
  request: JSONRPCRequest,
  mcpRequest: McpRequest,
): Promise<HttpResponse> {
  const kept = keptOf(request);
  if (Buffer.byteLength(JSON.stringify(kept)) > MAX_KEPT_BYTES) return tooMuchToKeep(request);
  const refused = await context.limitSessions(mcpRequest);
  if (refused) return refused;
  const services = context.openServices(mcpRequest);
  const { promise: responded, resolve } = Promise.withResolvers<JSONRPCResponse>();
  const connection = await openRestoredConnection({
    createServer: context.createServer,
    mcpRequest,
    services: () => services,
    requestIds: [request.id],
    events: {
      onResponse: resolve,
      onServerRequest({ method }) {
        throw unreachableClient(method, "its session is only being opened");
      },
      // No stream could carry a notification yet.
      onNotification() {},
      onSessionNotification() {},
    },
  });
  connection.receive(request);
  const body = toLimitedText(await responded, mcpRequest.maxOutputBytes);
  const response: JSONRPCResponse = JSON.parse(body);
  connection.end();
  recordAnswer(mcpRequest.logFields, response);
  if (!("result" in response)) return jsonResponse(200, body);
  const { protocolVersion, capabilities } = response.result as {
    protocolVersion: string;
    capabilities: ServerCapabilities;
  };
  const { id } = await context.sessions.create({
    principal: mcpRequest.principal,
    protocolVersion,
    initialize: kept,
    capabilities,
  });
  return jsonResponse(200, body, { "mcp-session-id": id });
}

/** The fields of `initialize` that servers of later requests are told. Icons may be images, and no server shows them. */
function keptOf({ params }: JSONRPCRequest): SessionRecord["initialize"] {
  const { capabilities, clientInfo } = params ?? {};
  if (typeof clientInfo !== "object" || clientInfo === null) return { capabilities, clientInfo };
  const { icons: _, ...rest } = clientInfo as Readonly<Record<string, unknown>>;
  return { capabilities, clientInfo: rest };
}

const tooMuchToKeep = ({ id }: JSONRPCRequest): HttpResponse =>
  errorResponse(400, {
    code: JsonRpcCode.INVALID_REQUEST,
    message: `Invalid request: capabilities and clientInfo have at most ${MAX_KEPT_BYTES} bytes, because every request of the session reads them.`,
    id,
  });
