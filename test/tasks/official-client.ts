import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  Client,
  PROTOCOL_VERSION_META_KEY,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
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

/** Connects. Every question is accepted with `content`. Default: `confirm: true`. */
export async function connectOfficialClient(
  url: string,
  content: Readonly<Record<string, boolean>> = { confirm: true },
): Promise<OfficialClient> {
  const client = new Client(clientInfo, { capabilities: clientCapabilities, versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const asked: string[] = [];
  const refuse = (): never => {
    throw new Error("Only elicitation is expected.");
  };
  const input = createApplicationInputHandler({
    elicitation({ params }) {
      asked.push(String(params.message));
      return { action: "accept", content: { ...content } };
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
  readonly params?: Readonly<Record<string, unknown>> & { readonly name?: string; readonly taskId?: string };
}

type JsonRpcAnswer = Awaited<ReturnType<RawClientDispatch>>;

let lastId = 0;

/** The SDK's own client takes no tasks yet: its codec refuses their results. */
async function dispatch(url: string, request: RawRequest, signal: AbortSignal | undefined): Promise<JsonRpcAnswer> {
  const response = await send(url, request, signal);
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  return JSON.parse((isStream ? sseMessages(text).at(-1) : text) ?? "");
}

function send(url: string, request: RawRequest, signal?: AbortSignal): Promise<Response> {
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
  return fetch(url, { method: "POST", headers, body, ...(signal && { signal }) });
}

/**
 * Subscribes to a task, and reads until it has ended: the acknowledgement's method, then each status that was told. The official client
 * has no subscriptions, and its suite skips their scenario.
 */
export async function listenToTask(url: string, taskId: string): Promise<readonly string[]> {
  const _meta = {
    [PROTOCOL_VERSION_META_KEY]: protocolVersion,
    [CLIENT_INFO_META_KEY]: clientInfo,
    [CLIENT_CAPABILITIES_META_KEY]: clientCapabilities,
  };
  const left = new AbortController();
  const params = { notifications: { taskIds: [taskId] }, _meta };
  const { body } = await send(url, { method: "subscriptions/listen", params }, left.signal);
  const heard: string[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n\n") + 2;
    for (const message of sseMessages(text.slice(0, end)).map((json) => JSON.parse(json))) {
      heard.push(message.params?.status ?? message.method ?? "ended");
    }
    text = text.slice(end);
    if (heard.some((told) => ["completed", "failed", "cancelled", "ended"].includes(told))) break;
  }
  left.abort();
  return heard;
}
