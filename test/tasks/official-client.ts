import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  createApplicationInputHandler,
  createTaskSessionFromClient,
  type RawClientDispatch,
  type TaskEnabledSession,
} from "@modelcontextprotocol/ext-tasks/client";
import { sseMessages } from "../../src/http/sse.ts";
import { TASKS } from "./tasks-client.ts";

const clientInfo = { name: "official", version: "1.0.0" };
const clientCapabilities = { elicitation: { form: {} }, extensions: { [TASKS]: {} } };
const protocolVersion = "2026-07-28";

/** The official client of the extension, connected to an endpoint. */
export interface OfficialClient {
  readonly session: TaskEnabledSession;
  /** Messages of the questions that it was asked. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Connects. Every question is accepted with `confirm: true`. */
export async function connectOfficialClient(url: string): Promise<OfficialClient> {
  const client = new Client(clientInfo, { capabilities: clientCapabilities, versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const asked: string[] = [];
  const refuse = (): never => {
    throw new Error("Only elicitation is expected.");
  };
  const input = createApplicationInputHandler({
    elicitation({ params }) {
      asked.push(String(params.message));
      return { action: "accept", content: { confirm: true } };
    },
    sampling: refuse,
    roots: refuse,
  });
  const session = createTaskSessionFromClient(client, {
    endpointId: "test",
    rawDispatch: (request, options) => dispatch(url, request as unknown as RawRequest, options?.signal),
    v2RequestFraming: { protocolVersion, clientInfo, clientCapabilities },
    onInputRequest: input,
  });
  return {
    session,
    asked,
    async close() {
      await session.close();
      await client.close();
    },
  };
}

interface RawRequest {
  readonly method: string;
  readonly params?: { readonly name?: string; readonly taskId?: string };
}

type JsonRpcAnswer = Awaited<ReturnType<RawClientDispatch>>;

let lastId = 0;

/** The SDK's own client takes no tasks yet: its codec refuses their results. */
async function dispatch(url: string, request: RawRequest, signal: AbortSignal | undefined): Promise<JsonRpcAnswer> {
  const { method, params } = request;
  const name = params?.name ?? params?.taskId;
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": protocolVersion,
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": name }),
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: ++lastId, ...request });
  const response = await fetch(url, { method: "POST", headers, body, ...(signal && { signal }) });
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  return JSON.parse((isStream ? sseMessages(text).at(-1) : text) ?? "");
}
