import { createDynamodbStore } from "../adapters/aws/dynamodb/dynamodb-store.ts";
import { startLocalTable } from "../emulators/local-table.ts";
import type { HttpHandler, HttpResponse } from "../src/adapter.ts";
import { createMcpEndpoint } from "../src/index.ts";
import { createBenchServer } from "./bench-server.ts";
import { initialize, LEGACY } from "./messages.ts";
import { freshMeter, type Meter, meteredStore } from "./metered-store.ts";

/** Three instances that share a local table and nothing else, and the count of their operations on it. */
export interface BenchInstances extends AsyncDisposable {
  readonly meter: Meter;
  readonly instances: readonly [Instance, Instance, Instance];
}

/** Sends a request to one instance. */
export type Instance = (
  message: unknown,
  headers?: Readonly<Record<string, string>>,
  method?: string,
) => Promise<HttpResponse>;

export async function startBenchInstances(): Promise<BenchInstances> {
  const table = await startLocalTable();
  const { MCP_ANYCLOUD_TABLE: name = "", AWS_REGION: region = "", ...credentials } = table.environment;
  const meter = freshMeter();
  // The client of the table looks for credentials in the environment first.
  Object.assign(process.env, credentials);
  const store = createDynamodbStore({ table: name, region, endpoint: table.url });
  // All clients are at one address.
  const rateLimits = [{ of: "session", limit: 1_000_000, windowSeconds: 60 }] as const;
  const options = { rateLimits, maxStreams: 10_000, logLevel: "silent" } as const;
  const instance = (): Instance =>
    toInstance(createMcpEndpoint(createBenchServer, { ...options, store: meteredStore(store, meter) }));
  return {
    meter,
    instances: [instance(), instance(), instance()],
    [Symbol.asyncDispose]: () => table.close(),
  };
}

/** Calls an endpoint as an adapter does. `clientIp` gives the address of each request. Default: none. */
export function toInstance(handler: HttpHandler, clientIp?: () => string): Instance {
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
      { requestId: "bench", canStream: true, ...(clientIp && { clientIp: clientIp() }) },
    );
}

/** Opens a session of 2025-11-25. Resolves with the headers that its requests carry. */
export async function openSession(instance: Instance): Promise<Record<string, string>> {
  const { headers } = await instance(initialize());
  return { "mcp-session-id": headers["mcp-session-id"] ?? "", "mcp-protocol-version": LEGACY };
}

/** The messages of a response, each as soon as it arrives. */
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
