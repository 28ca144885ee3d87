import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { beforeAll, describe, expect, test } from "vitest";
import { startLocalTable } from "../emulators/local-table.ts";
import { installSdkVersions, loadSdkVersion, SDK_VERSIONS } from "./sdk-versions/install.ts";
import { INGRESSES } from "./security/secured-ingresses.ts";
import { startIngress } from "./support/ingresses.ts";

const ENTRY = fileURLToPath(new URL("./fixtures/conformance-server.ts", import.meta.url));
const TOOL = { name: "test_tool_with_logging", arguments: {} };
const me = { name: "test", version: "1.0.0" };

/** Clients that are told no time come back at once, so that the test need not wait for them long. */
const reconnectionOptions = {
  initialReconnectionDelay: 100,
  maxReconnectionDelay: 100,
  reconnectionDelayGrowFactor: 1,
  maxRetries: 2,
};
/** Time for 10 attempts of a client that is told no time, and for 2 of one that is. */
const QUIET_MS = 2_500;

/** A `fetch` that counts its GETs and remembers what answers streamed. */
function countingFetch() {
  const counts = { gets: 0, streamedAnswers: 0 };
  const counted: typeof fetch = async (input, init) => {
    const method = init?.method ?? "GET";
    if (method === "GET") counts.gets += 1;
    const response = await fetch(input, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (method === "POST" && isStream) counts.streamedAnswers += 1;
    return response;
  };
  return { counts, fetch: counted };
}

type Counted = ReturnType<typeof countingFetch>;

interface CallingClient {
  call(): Promise<unknown>;
  close(): Promise<void>;
}

async function connectV1(version: string, url: URL, { fetch }: Counted): Promise<CallingClient> {
  const sdk = await loadSdkVersion(version);
  const client = new sdk.Client(me);
  const transport = new sdk.StreamableHTTPClientTransport(url, { fetch, reconnectionOptions });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return { call: () => client.callTool(TOOL), close: () => client.close() };
}

async function connectV2(_version: string, url: URL, { fetch }: Counted): Promise<CallingClient> {
  const client = new Client(me, { versionNegotiation: { mode: "legacy" } });
  await client.connect(new StreamableHTTPClientTransport(url, { fetch, reconnectionOptions }));
  return { call: () => client.callTool(TOOL), close: () => client.close() };
}

const CLIENTS = [...SDK_VERSIONS.map((version) => [version, connectV1] as const), ["SDK v2", connectV2] as const];

beforeAll(installSdkVersions);

describe.each(INGRESSES)("through $name", ({ cloud, options }) => {
  test("clients of each version are quiet after a streamed answer", { timeout: 180_000 }, async () => {
    if (!cloud) throw new Error("an ingress without a cloud");
    const table = await startLocalTable();
    const ingress = await startIngress(cloud, {
      entry: ENTRY,
      environment: table.environment,
      instances: 2,
      ...options,
    });
    try {
      const url = new URL(`${ingress.url}/mcp`);
      await Promise.all(CLIENTS.map(([version, connect]) => expectQuiet(version, connect, url)));
    } finally {
      await ingress.close();
      await table.close();
    }
  });
});

async function expectQuiet(version: string, connect: typeof connectV1, url: URL): Promise<void> {
  const counted = countingFetch();
  const { counts } = counted;
  const client = await connect(version, url, counted);
  // The standalone stream, which each of them opens once it is initialized.
  await expect.poll(() => counts.gets, { message: version }).toBe(1);
  await client.call();
  await sleep(QUIET_MS);
  expect(counts.streamedAnswers, version).toBe(1);
  expect(counts.gets - 1, version).toBeLessThanOrEqual(2);
  await client.close();
}
