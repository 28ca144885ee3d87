import { createDynamodbStore } from "../adapters/aws/dynamodb/dynamodb-store.ts";
import { startLocalTable } from "../emulators/local-table.ts";
import type { HttpHandler, HttpResponse } from "../src/adapter.ts";
import { createMcpEndpoint } from "../src/index.ts";
import { createBenchServer } from "./bench-server.ts";
import { freshMeter, type Meter, meteredStore } from "./metered-store.ts";

/** Instances that share a local table and nothing else, and what they ask of it. */
export interface BenchInstances extends AsyncDisposable {
  readonly meter: Meter;
  readonly instances: readonly [Instance, Instance, Instance];
}

/** Sends one instance a request. */
export type Instance = (
  message: unknown,
  headers?: Readonly<Record<string, string>>,
  method?: string,
) => Promise<HttpResponse>;

export async function startBenchInstances(): Promise<BenchInstances> {
  const table = await startLocalTable();
  const { MCP_ANYCLOUD_TABLE: name = "", AWS_REGION: region = "", ...credentials } = table.environment;
  const meter = freshMeter();
  // The client takes them from the environment, where it looks for them first.
  Object.assign(process.env, credentials);
  const store = createDynamodbStore({ table: name, region, endpoint: table.url });
  const instance = (): Instance =>
    toInstance(createMcpEndpoint(createBenchServer, { store: meteredStore(store, meter), logLevel: "silent" }));
  return {
    meter,
    instances: [instance(), instance(), instance()],
    [Symbol.asyncDispose]: () => table.close(),
  };
}

/** Sends an endpoint requests as an adapter does. */
export function toInstance(handler: HttpHandler): Instance {
  return (message, headers = {}, method = "POST") =>
    handler(
      {
        method,
        url: "/mcp",
        headers: {
          host: "bench.example",
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        ...(message !== undefined && { body: JSON.stringify(message) }),
      },
      { requestId: "bench", canStream: true },
    );
}

let lastId = 0;

const request = (method: string, params: object = {}): object => ({
  jsonrpc: "2.0",
  id: ++lastId,
  method,
  params,
});

export const toolCall = (name: string, args: object = {}): object => request("tools/call", { name, arguments: args });

const REVISION = "2026-07-28";

/** A request of 2026-07-28, and the headers it must carry. */
export function modernRequest(
  method: string,
  params: { readonly name?: string } & Record<string, unknown>,
): [object, Record<string, string>] {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return [
    request(method, { ...params, _meta }),
    { "mcp-protocol-version": REVISION, "mcp-method": method, ...(params.name && { "mcp-name": params.name }) },
  ];
}

/** Opens a session of 2025-11-25; gives back the headers that its requests carry. */
export async function openSession(instance: Instance): Promise<Record<string, string>> {
  const protocolVersion = "2025-11-25";
  const clientInfo = { name: "bench", version: "1.0.0" };
  const { headers } = await instance(
    request("initialize", { protocolVersion, capabilities: { elicitation: {} }, clientInfo }),
  );
  return { "mcp-session-id": headers["mcp-session-id"] ?? "", "mcp-protocol-version": protocolVersion };
}

/** The messages of an answer, each as soon as it is there. */
export async function* messagesOf({ body }: HttpResponse): AsyncGenerator<Record<string, unknown>> {
  if (typeof body !== "object") {
    if (body) yield JSON.parse(body);
    return;
  }
  let buffer = "";
  for await (const chunk of body) {
    buffer += chunk;
    const frames = buffer.split("\n\n");
    buffer = frames.pop() ?? "";
    for (const frame of frames) {
      const data = /^data: (.+)$/m.exec(frame)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
}
